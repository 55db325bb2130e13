import assert from "node:assert/strict";
import { originalConfigOf, readOriginalConfig } from "../../../../components/identity/model/originalConfig";
import { managers } from "../../support/preflight/live";

describe("model: recordOriginals", () => {
  it("keeps value and owners, and that a key was absent", () => {
    const recorded = readOriginalConfig({ "cluster-id": "0" }, managers({ helm: ["cluster-id"] }), [
      "cluster-id",
      "cluster-name",
    ]);
    assert.deepEqual(recorded, {
      "cluster-id": { kind: "value", value: "0", managers: [{ manager: "helm", operation: "Apply" }] },
      "cluster-name": { kind: "absent" },
    });
  });
});

describe("model: originalsOf", () => {
  const managersIn = (state: readonly unknown[]) => {
    const config = { k: { kind: "value", value: "0", managers: state }, gone: { kind: "absent" } };
    const { k, gone } = originalConfigOf(JSON.stringify({ config, paths: { kind: "notProbed", reason: "off" } }));
    assert.deepEqual(gone, { kind: "absent" });
    return k?.kind === "value" ? k.managers : assert.fail();
  };

  it("reads what was recorded", () => {
    const state = [{ manager: "helm4", operation: "Apply" }];
    assert.deepEqual(managersIn(state), state);
  });
});
