import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { agentUids } from "../support/cilium/agents";
import { makeTrafficPods, removeTrafficPods } from "../support/cilium/crossNodeTraffic";
import { waitUntil } from "../support/waitUntil";
import { acrossClusters, acrossNodes, during } from "./support/demo/traffic";
import { verdictsHold } from "./support/demo/verdicts";
import { twoClusters } from "./support/level";
import { meshed } from "./support/mesh";
import { changePeerFiles, withComment } from "./support/peers/peerSecret";
import { meshReady, peerNotReady } from "./support/peers/peers";
import { timed } from "./support/say";

describe("what fails in a mesh", function () {
  this.timeout("4m");
  let here: LabCluster;
  let there: LabCluster;

  before(async () => {
    [here, there] = await twoClusters();
    await meshed();
    await makeTrafficPods(here);
  });

  after(async () => {
    await removeTrafficPods(here);
    await meshReady([here, there]);
  });

  it("an agent that is killed stops no traffic, neither between nodes nor between clusters", async () => {
    const node = here.nodes[0] ?? assert.fail();
    const uids = await agentUids(here);
    const kill = async (): Promise<void> => {
      const { stdout: pid } = await node.run(["pgrep", "--exact", "cilium-agent"]);
      await node.run(["kill", "-KILL", pid.trim()]);
      await timed("mesh ready after the kill", async () => {
        // The kubelet says so a moment later; until then the status is that of before.
        await waitUntil("the kubelet has started the agent again", 60, async () =>
          (await agentUids(here)).some((each, index) => each !== uids[index]),
        );
        await meshReady([here, there]);
      });
    };
    const { result: nodes, traffic } = await during(
      "between clusters, an agent killed",
      acrossClusters(here, there),
      () => during("between nodes, an agent killed", acrossNodes(here), kill, 1000),
    );
    assert.deepEqual([traffic.lost, nodes.traffic.lost], [0, 0]);
    await verdictsHold([here, there]);
  });

  it("an etcd that is stopped takes its cluster's readiness away, and no traffic", async () => {
    let restore: (() => Promise<void>) | undefined;
    const stopAndStart = async (): Promise<void> => {
      await there.ciliumEtcd.stop();
      try {
        // Connected agents wait two minutes for the heartbeat of an etcd before they doubt it; a new connection shows it at once.
        restore = await changePeerFiles(here, (files) => withComment(files, there.name));
        await timed("readiness gone", () => peerNotReady(here, there));
      } finally {
        await there.ciliumEtcd.start();
      }
      await timed("readiness back", () => meshReady([here, there]));
    };
    try {
      const { traffic } = await during(
        "between clusters, an etcd stopped",
        acrossClusters(here, there),
        stopAndStart,
        1000,
      );
      assert.equal(traffic.lost, 0);
      await verdictsHold([here, there]);
    } finally {
      await restore?.();
    }
  });
});
