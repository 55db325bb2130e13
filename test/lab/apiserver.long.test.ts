import assert from "node:assert/strict";
import type { CiliumMode, LabCluster } from "../../lab";
import { agentUids } from "../support/cilium/agents";
import { makeTrafficPods, removeTrafficPods } from "../support/cilium/crossNodeTraffic";
import { changes } from "../support/events";
import { adoptEtcdAuthorities, localConfig } from "../support/stacks/localStack";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { acrossNodes, during, FEWEST_ATTEMPTS } from "./support/demo/traffic";
import { verdictsHold } from "./support/demo/verdicts";
import { objectsOf } from "./support/mesh";
import { modesLab, type ModesLab } from "./support/modesLab";
import { everyPeerReady, peersSeen } from "./support/peers/peers";
import { timed } from "./support/say";

const MESHES: readonly (readonly CiliumMode[])[] = [
  ["apiserver", "apiserver"],
  ["kvstoremesh", "kvstoremesh"],
  ["kvstoremesh", "kvstore"],
];

for (const modes of MESHES) {
  describe(`plain Helm installs as a mesh: ${modes.join(" and ")}`, function () {
    this.timeout("6m");
    let own: ModesLab;
    let clusters: readonly LabCluster[];
    let stack: PulumiStack;
    let untouched: readonly object[];
    let agents: readonly unknown[];

    const inApiserverModes = () => clusters.filter(({ mode }) => mode !== "kvstore");

    before(async function () {
      this.timeout("30m");
      own = await modesLab(modes);
      clusters = own.lab.clusters;
      await makeTrafficPods(clusters[0] ?? assert.fail("no cluster1"));
      untouched = await Promise.all(clusters.map(objectsOf));
      agents = await Promise.all(inApiserverModes().map(agentUids));
      stack = own.workstation.stack("modes");
      await stack.init(await localConfig(clusters));
      const withEtcd = clusters.filter(({ mode }) => mode === "kvstore");
      if (withEtcd.length > 0) await adoptEtcdAuthorities(stack, withEtcd);
    });

    after(async () => {
      await own.end();
    });

    it("is made of two facts a cluster, without a lost connection between nodes", async () => {
      const [first = assert.fail("no cluster1")] = clusters;
      const { traffic } = await during("between nodes during up", acrossNodes(first), async () => {
        succeeded(await timed("pulumi up", () => stack.up()));
      });
      assert.ok(traffic.sent > FEWEST_ATTEMPTS, `only ${traffic.sent} connections`);
      assert.equal(traffic.lost, 0);
      assert.deepEqual(await Promise.all(inApiserverModes().map(agentUids)), agents, "agents were restarted");
    });

    it("has every agent see every peer, and the demo's verdicts", async () => {
      assert.deepEqual(await peersSeen(clusters), everyPeerReady(clusters));
      await verdictsHold(clusters);
    });

    it("has nothing to do in a second up", async () => {
      assert.deepEqual(changes(succeeded(await stack.up("--expect-no-changes")).steps), []);
    });

    it("is taken down without a lost connection, and every cluster is as it was", async () => {
      const [first = assert.fail("no cluster1")] = clusters;
      const { traffic } = await during("between nodes during destroy", acrossNodes(first), async () => {
        succeeded(await timed("pulumi destroy", () => stack.destroy()));
      });
      assert.equal(traffic.lost, 0);
      assert.deepEqual(await peersSeen(clusters), []);
      assert.deepEqual(await Promise.all(inApiserverModes().map(agentUids)), agents, "agents were restarted");
      assert.deepEqual(await Promise.all(clusters.map(objectsOf)), untouched);
      await removeTrafficPods(first);
    });
  });
}
