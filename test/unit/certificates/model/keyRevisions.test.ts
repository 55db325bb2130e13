import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatRecord,
  parseRecord,
  trustOf,
  validateKeyRevisions,
  type KeyRevisions,
} from "../../../../components/certificates/model/keyRevisions";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { lines } from "../../support/mesh/mesh";

const judge = (over: Partial<KeyRevisions>, authority: "generated" | "adopted" = "generated") =>
  lines(validateKeyRevisions({ ...DEFAULT_SETTINGS.keyRevisions, ...over }, authority));

describe("model: revisions", () => {
  it("begin at 1, whichever CA signs", () => {
    assert.deepEqual([...judge({}), ...judge({}, "adopted")], []);
    assert.deepEqual(judge({ client: 7, server: 3, authority: [2, 1] }), []);
  });

  it("are whole numbers from 1", () => {
    assert.deepEqual(judge({ client: 0, server: 1.5 }), [
      "mesh: keyRevisions.client 0 is no revision; count from 1",
      "mesh: keyRevisions.server 1.5 is no revision; count from 1",
    ]);
  });

  it("of an authority are one to three, each once", () => {
    const fix = "list 1 to 3 numbers from 1, the first of which signs";
    for (const [list, shown] of [
      [[], "[]"],
      [[1, 2, 3, 4], "[1,2,3,4]"],
      [[0], "[0]"],
    ] as const) {
      assert.deepEqual(judge({ authority: list }), [
        `mesh: keyRevisions.authority ${shown} is no list of revisions; ${fix}`,
      ]);
    }
    assert.deepEqual(judge({ authority: [2, 2] }), [
      `mesh: keyRevisions.authority [2,2] names a revision twice; ${fix}`,
    ]);
  });

  it("of what an adopted authority does not issue are refused", () => {
    assert.deepEqual(judge({ client: 2, server: 2, authority: [2] }, "adopted"), [
      "mesh: keyRevisions.server 2 is given, but the authority is adopted; remove it: the etcds have certificates of their own",
      "mesh: keyRevisions.authority [2] is given, but the authority is adopted; remove it, and name further CAs in trusted beside the adopted one",
    ]);
  });
});

describe("model: the record of what was issued", () => {
  const id = fc.oneof(fc.integer({ min: 1 }), fc.stringMatching(/^[0-9a-f]{16}$/));
  const trust = fc.tuple(id, fc.array(id, { maxLength: 3 })).map(([signs, trusts]) => trustOf(signs, trusts));
  const record = fc.record({
    client: fc.integer({ min: 1 }),
    server: fc.integer({ min: 1 }),
    authorities: fc.dictionary(fc.stringMatching(/^[a-z][-a-z0-9.]{0,10}$/), trust),
  });

  it("is read back as it was written", () => {
    fc.assert(
      fc.property(record, (written) => {
        assert.deepEqual(parseRecord(formatRecord(written)), { ...written, authorities: { ...written.authorities } });
      }),
    );
  });

  it("is short, and the same in any order", () => {
    const [a, b] = [trustOf(1, [2]), trustOf("k", [])];
    const text = formatRecord({ client: 1, server: 2, authorities: { a, b } });
    assert.equal(
      text,
      '{"client":1,"server":2,"authorities":{"a":{"signs":1,"trusts":[1,2]},"b":{"signs":"k","trusts":["k"]}}}',
    );
    assert.equal(formatRecord({ client: 1, server: 2, authorities: { b, a } }), text);
  });

  it("lists what is trusted in an order of its own, the signer among it", () => {
    assert.deepEqual(trustOf(10, [9, 10, 2]), { signs: 10, trusts: [2, 9, 10] });
    assert.deepEqual(trustOf("b", ["a"]), { signs: "b", trusts: ["a", "b"] });
  });

  it("is none where it cannot be read", () => {
    for (const text of [undefined, "", "{", "1", '{"client":"1"}', '{"client":1,"server":1}']) {
      assert.equal(parseRecord(text), undefined);
    }
  });
});
