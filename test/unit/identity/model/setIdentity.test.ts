import assert from "node:assert/strict";
import { planIdentity, type IdentityConfig } from "../../../../components/identity/model/setIdentity";
import type { OriginalConfig } from "../../../../components/identity/model/originalConfig";
import { lines } from "../../support/mesh/mesh";
import { managers } from "../../support/preflight/live";

const ORIGINALS: OriginalConfig = {
  "cluster-name": { kind: "value", value: "default", managers: [{ manager: "helm", operation: "Apply" }] },
  "cluster-id": { kind: "absent" },
};
const DESIRED = { "cluster-name": "cluster1", "cluster-id": "101" };

function plan(data: Readonly<Record<string, string>>, over: Partial<IdentityConfig> = {}) {
  const managedFields = managers({ helm: ["cluster-name"], "kubectl-edit": ["cluster-id"] });
  return planIdentity({
    cluster: "cluster1",
    configMap: "cilium-config",
    desired: DESIRED,
    live: { data, managedFields },
    originalConfig: ORIGINALS,
    isMarked: true,
    overwriteConflicts: false,
    ...over,
  });
}

describe("model: planIdentity", () => {
  it("has nothing to do where all is as it was set", () => {
    assert.deepEqual(plan({ ...DESIRED, other: "x" }), { kind: "asSet" });
  });

  it("sets all again where the mark alone is gone", () => {
    assert.deepEqual(plan(DESIRED, { isMarked: false }), { kind: "set" });
  });

  it("sets again what was changed by hand, whatever may be overwritten", () => {
    assert.deepEqual(plan({ "cluster-name": "default", "cluster-id": "7" }), { kind: "set" });
  });

  it("sets again what has its original value, and what is gone", () => {
    assert.deepEqual(plan({ "cluster-name": "default" }), { kind: "set" });
    assert.deepEqual(plan({}), { kind: "set" });
  });

  it("refuses another value of an installer; the message names the installer and the fix", () => {
    const planned = plan({ "cluster-name": "west", "cluster-id": "101" });
    assert.ok(planned.kind === "refused");
    assert.deepEqual(lines(planned.problems), [
      'cluster "cluster1": cilium-config cluster-name "west" was changed since, and belongs to "helm"; ' +
        "set it to \"cluster1\" there, or add overwriteConflicts to clustermesh:allow (pulumi config set --path 'clustermesh:allow[0]' overwriteConflicts, where nothing is in it yet)",
    ]);
  });

  it("overwrites it where that is wanted", () => {
    assert.deepEqual(plan({ "cluster-name": "west" }, { overwriteConflicts: true }), { kind: "set" });
  });
});
