import assert from "node:assert/strict";
import { notEstablished } from "../../../lab/ciliumObjects/establishedCrds";

const list = (...items: readonly (readonly [string, unknown])[]): string =>
  JSON.stringify({ kind: "List", items: items.map(([name, status]) => ({ metadata: { name }, status })) });
const established = (status: string): unknown => ({ type: "Established", status, reason: "any" });
const accepted = { type: "NamesAccepted", status: "True" };

describe("lab: CustomResourceDefinitions", () => {
  it("whose conditions are null or missing are not served yet", () => {
    const json = list(
      ["null", { conditions: null, acceptedNames: { plural: "" } }],
      ["missing", {}],
      ["empty", { conditions: [] }],
      ["no status", undefined],
    );
    assert.deepEqual(notEstablished(json), ["null", "missing", "empty", "no status"]);
  });

  it("are served when they are established, whatever other conditions say", () => {
    const json = list(
      ["yes", { conditions: [accepted, established("True")] }],
      ["not yet", { conditions: [accepted, established("False")] }],
      ["named", { conditions: [accepted] }],
    );
    assert.deepEqual(notEstablished(json), ["not yet", "named"]);
    assert.deepEqual(notEstablished(list(["yes", { conditions: [established("True")] }])), []);
  });

  it("are not taken for served from an answer that is no list", () => {
    assert.throws(() => notEstablished('{"kind":"Status"}'), /items/);
  });
});
