import assert from "node:assert/strict";
import { once } from "node:events";
import fc from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Plugin } from "./harness/plugin";
import { objectDiff } from "./shared/objectDiff";
import { hex8, parseUrn } from "./shared/urn";
import { equal, hasSecret, hasUnknown, plain, secret, UNKNOWN, type PropertyMap, type Value } from "./shared/value";
import { fromStruct, toStruct } from "./shared/wire";

const keys = fc.string().filter((key) => key !== "__proto__");
const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Value>(null, true, false, UNKNOWN),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(keys, tie("value"), { maxKeys: 3, noNullPrototype: true }),
    tie("value").map(secret),
  ),
})).value;
const properties: fc.Arbitrary<PropertyMap> = fc.dictionary(keys, values, { maxKeys: 4, noNullPrototype: true });

describe("what all stand-ins share", function () {
  this.timeout(30_000);

  it("carries every value over the wire and back, secrets and unknowns included", () => {
    fc.assert(
      fc.property(properties, (map) => {
        const back = fromStruct(Struct.deserializeBinary(toStruct(map).serializeBinary()));
        assert.deepEqual(back, map);
        assert.equal(hasSecret(back), hasSecret(map));
        assert.equal(hasUnknown(back), hasUnknown(map));
        assert.equal(hasSecret(plain(back)), false);
      }),
    );
  });

  it("understands what the engine sends: the markers of secrets, outputs and unknowns of each type", () => {
    const signature = "4dabf18193072939515e22adb298388d";
    const struct = Struct.fromJavaScript({
      hidden: { [signature]: "1b47061264138c4ac30d75fd1eb44270", value: "x" },
      output: { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", secret: true, value: 1 },
      pending: { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", dependencies: [] },
      unknown: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
      unknownNumber: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    });
    const expected = {
      hidden: secret("x"),
      output: secret(1),
      pending: UNKNOWN,
      unknown: UNKNOWN,
      unknownNumber: UNKNOWN,
    };
    assert.deepEqual(fromStruct(struct), expected);
  });

  it("finds no difference in the same, and no sameness in unknowns", () => {
    fc.assert(
      fc.property(properties, (map) => {
        const same = !hasUnknown(map);
        assert.equal(equal(map, map), same);
        assert.equal(objectDiff(map, map, () => false).size === 0, same);
      }),
    );
  });

  it("names the innermost difference by its path", () => {
    const old = { same: 1, list: [1, { a: 1 }], map: { "a.b": 1, gone: 1 }, hidden: secret({ a: 1 }) };
    const now = { same: 1, list: [1, { a: 2 }, 3], map: { "a.b": 2 }, hidden: secret({ a: 2 }), added: 1 };
    const diff = objectDiff(old, now, (path) => path === "added");
    assert.deepEqual(
      Object.fromEntries([...diff].map(([path, { kind, replace }]) => [path, replace ? `${kind} replace` : kind])),
      {
        "list[1].a": "update",
        "list[2]": "add",
        'map["a.b"]': "update",
        "map.gone": "delete",
        hidden: "update",
        added: "add replace",
      },
    );
  });

  it("reads type and name out of a URN", () => {
    const urn = "urn:pulumi:stack::project::my:index:Parent$kubernetes:core/v1:Secret::name::with colons";
    assert.deepEqual(parseUrn(urn), { urn, type: "kubernetes:core/v1:Secret", name: "name::with colons" });
    assert.throws(() => parseUrn("nonsense"), /not a Pulumi URN: "nonsense"/);
  });

  it("makes eight digits, others each time", () => {
    assert.match(hex8(), /^[0-9a-f]{8}$/);
    assert.notEqual(hex8(), hex8());
  });

  it("ends when the engine is gone", async () => {
    const plugin = await Plugin.start("command");
    const ended = once(plugin.process, "exit");
    plugin.killEngine();
    await ended;
    await plugin.stop();
  });
});
