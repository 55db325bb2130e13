import assert from "node:assert/strict";
import { MARK_ANNOTATION } from "../../../components/identity/model/mark";
import { setIdentity } from "../../../components/identity/setIdentity";
import { appliedEntry, dataOwners } from "../../../components/kubernetes/model/managedFields";
import { FIELD_MANAGER } from "../../../components/kubernetes/model/ownership";
import { ciliumCluster } from "../support/cilium/ciliumCluster";
import { saidWhile } from "../support/cilium/rollingCluster";
import { MEMBER_INPUT } from "../support/command/runCommand";
import { recordOf } from "../support/record";

describe("a name and id that are as installed", () => {
  const installed = { "cluster-name": "cluster1", "cluster-id": "101" };

  async function marked(config: Readonly<Record<string, string>>) {
    const cluster = ciliumCluster("cluster1", { config, agents: {} });
    const { cilium, owner, desiredConfig: desired } = MEMBER_INPUT;
    const what = { cluster: "cluster1", cilium, owner, desired, before: recordOf() };
    const identity = { ...what, overwriteConflicts: true, identity: "asInstalled" as const };
    const { lines, result } = await saidWhile(() => setIdentity(cluster, identity));
    return { said: lines.join("\n"), result, config: cluster.stored("configmap/cilium-config", "kube-system") };
  }

  it("get a mark, and stay their installer's: who removes the mark by hand leaves nothing of ours", async () => {
    const { said, result, config } = await marked(installed);
    assert.deepEqual([[...result.rolling.keys()], result.isWhole], [[], false]);
    assert.ok(config?.metadata.annotations?.[MARK_ANNOTATION]);
    const { managedFields = [] } = config.metadata;
    assert.ok(appliedEntry(managedFields, FIELD_MANAGER));
    for (const key of Object.keys(installed)) assert.ok(!dataOwners(managedFields, key).includes(FIELD_MANAGER), key);
    assert.match(said, /cilium-config is marked; its cluster-name, cluster-id are as installed/);
  });

  it("are refused where they are others, and nothing is written", async () => {
    await assert.rejects(marked({ ...installed, "cluster-id": "7" }), /cluster-id "7" is not "101", .* helm upgrade/);
  });
});

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
