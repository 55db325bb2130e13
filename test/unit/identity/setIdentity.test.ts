import assert from "node:assert/strict";
import { setIdentity } from "../../../components/identity/setIdentity";
import { ciliumCluster } from "../support/cilium/ciliumCluster";
import { saidWhile } from "../support/cilium/rollingCluster";
import { MEMBER_INPUT } from "../support/command/runCommand";
import { recordOf } from "../support/record";

describe("a change of name and id", () => {
  async function set(isPaused: boolean) {
    const cluster = ciliumCluster("cluster1", { config: { "cluster-name": "default", "cluster-id": "0" }, agents: {} });
    await cluster.patch(["deployment/cilium-operator"], "kube-system", {
      manager: "a person",
      patch: { spec: { paused: isPaused } },
    });
    const { cilium, owner, desiredConfig: desired } = MEMBER_INPUT;
    const what = { cluster: "cluster1", cilium, owner, desired, before: recordOf() };
    const identity = { ...what, overwriteConflicts: false, identity: "set" as const };
    return (await saidWhile(() => setIdentity(cluster, identity))).result;
  }

  it("leaves no pod that has read other values, where agents and operator roll", async () => {
    const { rolling, isWhole } = await set(false);
    assert.deepEqual([[...rolling.keys()], isWhole], [["daemonset/cilium", "deployment/cilium-operator"], true]);
  });

  it("leaves those of a Deployment that is paused: no controller replaces them", async () => {
    assert.equal((await set(true)).isWhole, false);
  });
});
