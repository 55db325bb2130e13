import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { asRoot } from "../support/etcdUsers/etcdAuth";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { lostOf, ownAuthorities } from "./support/changing";
import {
  paceAgents,
  secondsOfRollOut,
  serverOnEachNode,
  setLease,
  trafficOfNodes,
  type TrafficOfNodes,
} from "./support/cilium/slowAgents";
import { goesOn } from "./support/demo/traffic";
import { modesLab, type ModesLab } from "./support/modesLab";
import { SLOW_LAB } from "./support/nodeLab";
import { say, timed } from "./support/say";

/** NodeDeleteDelay of Cilium is half a minute: what an agent removes for a key that has gone, it removes until then. */
const AFTERWARDS_MS = 40_000;

/** By how long a key stays whose agent has ended, longer than the roll-outs or shorter, and how many seconds lie between two agents. */
const CASES = [
  { lease: undefined, pace: 12, what: "a roll-out that takes longer than agents wait before they forget a node" },
  { lease: "60s", pace: 25, what: "a roll-out that takes longer than the keys of agents that have ended stay in etcd" },
] as const;

for (const { lease, pace, what } of CASES) {
  describe(what, function () {
    this.timeout("12m");
    let own: ModesLab;
    let cluster: LabCluster;
    let stack: PulumiStack;
    let traffic: TrafficOfNodes;

    before(async function () {
      this.timeout("20m");
      own = await modesLab(["kvstore", "kvstore"], { installed: "unmeshed", name: SLOW_LAB, nodes: [4, 1] });
      cluster = own.lab.clusters[0] ?? assert.fail("no cluster1");
      await serverOnEachNode(cluster);
      if (lease !== undefined) await setLease(cluster, lease);
      await paceAgents(cluster, pace);
      stack = own.workstation.stack("slow");
      await stack.init(await ownAuthorities(own.lab.clusters));
      traffic = await trafficOfNodes(cluster);
    });

    after(async () => {
      await traffic.stop();
      await own.end();
    });

    /** The keys of nodes in its etcd, with their cluster. */
    const nodeKeys = (): readonly string[] =>
      asRoot(own.lab.bin.etcdctl, cluster, ["get", "cilium/state/nodes/v1/", "--prefix", "--keys-only"])
        .split("\n")
        .filter((key) => key !== "")
        .map((key) => key.replace("cilium/state/nodes/v1/", ""))
        .sort();

    async function losesNothing(done: string, work: () => Promise<unknown>): Promise<void> {
      const begin = Date.now();
      await timed(done, work);
      const seconds = await secondsOfRollOut(cluster);
      say(`the last roll-out of ${done}: ${seconds} s from the first agent to the last`);
      assert.ok(seconds > 60, `${seconds} s`);
      const end = Date.now() + AFTERWARDS_MS;
      for (const pinger of traffic.pingers) await goesOn(pinger, end, 0);
      const ways = traffic.between(begin, end);
      const lost = lostOf(`between four nodes during ${done}`, ways);
      for (const [way, report] of Object.entries(ways)) {
        if (report.lost > 0) say(`${way}: ${report.lost} of ${report.sent}, ${report.longestGapMs / 1000} s`);
      }
      assert.equal(lost, 0);
    }

    it("loses no connection between nodes in up", async () => {
      await losesNothing("up", async () => succeeded(await stack.up()));
      assert.deepEqual(
        nodeKeys(),
        cluster.nodes.map(({ name }) => `${cluster.name}/${name}`),
      );
    });

    it("loses no connection between nodes in destroy", async () => {
      await losesNothing("destroy", async () => succeeded(await stack.destroy()));
      assert.deepEqual(
        nodeKeys(),
        cluster.nodes.map(({ name }) => `default/${name}`),
      );
    });
  });
}
