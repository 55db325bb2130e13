import assert from "node:assert/strict";
import { planEnsuring, type Ensured } from "../../../components/model/ensuring";
import type { Originals } from "../../../components/model/originals";
import { managers } from "../support/live";
import { lines } from "../support/mesh";

const ORIGINALS: Originals = {
  "cluster-name": { kind: "value", value: "default", managers: [{ manager: "helm", operation: "Apply" }] },
  "cluster-id": { kind: "absent" },
};
const DESIRED = { "cluster-name": "cluster1", "cluster-id": "101" };

function plan(data: Readonly<Record<string, string>>, over: Partial<Ensured> = {}) {
  const managedFields = managers({ helm: ["cluster-name"], "kubectl-edit": ["cluster-id"] });
  return planEnsuring({
    cluster: "cluster1",
    configMap: "cilium-config",
    desired: DESIRED,
    live: { data, managedFields },
    originals: () => ORIGINALS,
    conflicts: "refuse",
    ...over,
  });
}

describe("model: planEnsuring", () => {
  it("has nothing to do where all is as it was set, and asks for no originals then", () => {
    const originals = () => assert.fail("asked");
    assert.deepEqual(plan({ ...DESIRED, other: "x" }, { originals }), { kind: "asSet" });
  });

  it("sets again what has its original value, and what is gone", () => {
    assert.deepEqual(plan({ "cluster-name": "default" }), { kind: "setAgain" });
    assert.deepEqual(plan({}), { kind: "setAgain" });
  });

  it("refuses any other value, says whose it is and what to do", () => {
    const planned = plan({ "cluster-name": "default", "cluster-id": "7" });
    assert.ok(planned.kind === "refused");
    assert.deepEqual(lines(planned.problems), [
      'cluster "cluster1": cilium-config cluster-id "7" was changed since, and belongs to "kubectl-edit"; ' +
        'set it to "101" there, or pulumi config set conflicts overwrite',
    ]);
  });

  it("overwrites it where that is wanted", () => {
    assert.deepEqual(plan({ "cluster-id": "7" }, { conflicts: "overwrite" }), { kind: "setAgain" });
  });
});
