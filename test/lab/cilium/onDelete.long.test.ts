import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { agentUids } from "../../support/cilium/agents";
import { makeTrafficPods, removeTrafficPods } from "../../support/cilium/crossNodeTraffic";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { lostOf, makeStack, ownAuthorities, trafficEverywhere } from "../support/changing";
import { twoClusters } from "../support/level";
import { objectsOf, unmeshed } from "../support/mesh";
import { everyPeerReady, peersSeen } from "../support/peers/peers";
import { timed } from "../support/say";

const ON_DELETE = { type: "OnDelete" };

/** The update strategy of the agents, as the cluster has it. */
async function strategyOf(cluster: LabCluster): Promise<object> {
  const { stdout } = await cluster.run([
    "--namespace=kube-system",
    "get",
    "daemonset/cilium",
    "--output=jsonpath={.spec.updateStrategy}",
  ]);
  return JSON.parse(stdout) as object;
}

async function setStrategy(cluster: LabCluster, value: object): Promise<void> {
  const patch = JSON.stringify([{ op: "replace", path: "/spec/updateStrategy", value }]);
  await cluster.run(["--namespace=kube-system", "patch", "daemonset/cilium", "--type=json", `--patch=${patch}`]);
}

describe("agents that nothing but a deleted pod restarts (OnDelete, as kOps installs them)", function () {
  this.timeout("5m");
  let clusters: readonly LabCluster[];
  let strategies: readonly object[];
  let untouched: readonly object[];
  let stack: PulumiStack;

  before(async () => {
    await unmeshed();
    clusters = await twoClusters();
    strategies = await Promise.all(clusters.map(strategyOf));
    await Promise.all(clusters.map((cluster) => setStrategy(cluster, ON_DELETE)));
    for (const cluster of clusters) await makeTrafficPods(cluster);
    untouched = await Promise.all(clusters.map(objectsOf));
    stack = await makeStack("on-delete", await ownAuthorities(clusters));
  });

  after(async () => {
    succeeded(await stack.destroy());
    for (const cluster of clusters) await removeTrafficPods(cluster);
    await Promise.all(
      clusters.map((cluster, index) => setStrategy(cluster, strategies[index] ?? assert.fail("no strategy"))),
    );
  });

  /** What is lost inside the clusters while something is done that restarts every agent. */
  async function restartingAll(what: string, work: () => Promise<unknown>): Promise<void> {
    const before = await Promise.all(clusters.map(agentUids));
    const traffic = await trafficEverywhere([clusters[0] ?? assert.fail("no cluster")]);
    const begin = Date.now();
    try {
      await timed(what, work);
      assert.equal(lostOf(what, traffic.since(begin)), 0);
    } finally {
      await traffic.stop();
    }
    const kept = (await Promise.all(clusters.map(agentUids))).flat().filter((uid) => before.flat().includes(uid));
    assert.deepEqual(kept, [], "agents that were not restarted");
  }

  it("are restarted by up, and see every peer, without a lost connection", async () => {
    await restartingAll("up", async () => succeeded(await stack.up()));
    assert.deepEqual(await peersSeen(clusters), everyPeerReady(clusters));
    assert.deepEqual(await Promise.all(clusters.map(strategyOf)), [ON_DELETE, ON_DELETE]);
  });

  it("are restarted by destroy, and every object is as before", async () => {
    await restartingAll("destroy", async () => succeeded(await stack.destroy()));
    assert.deepEqual(await Promise.all(clusters.map(objectsOf)), untouched);
  });
});
