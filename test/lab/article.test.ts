import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { allNodes } from "../support/cilium/agents";
import { makeTrafficPods, removeTrafficPods } from "../support/cilium/crossNodeTraffic";
import { changes, nameOf } from "../support/events";
import { succeeded } from "../support/stacks/pulumi";
import { waitUntil } from "../support/waitUntil";
import { acrossNodes, during, FEWEST_ATTEMPTS } from "./support/demo/traffic";
import { VERDICTS, verdictsHold } from "./support/demo/verdicts";
import { twoClusters } from "./support/level";
import { localStack, meshed, unmeshed } from "./support/mesh";
import { everyPeerReady, identitiesSeen, nodesSeen, peersSeen } from "./support/peers/peers";
import { timed } from "./support/say";

const ORDER = [
  "clustermesh-cluster1/pings-before",
  "clustermesh-cluster1/clustermesh-ingress-l4-policy",
  "clustermesh-cluster1/pings-after",
];

describe("the article, from clusters that know nothing of each other to its last ping", function () {
  this.timeout("5m");
  let clusters: readonly [LabCluster, LabCluster];

  before(async () => {
    await unmeshed();
    clusters = await twoClusters();
    await makeTrafficPods(clusters[0]);
  });

  after(async () => {
    await removeTrafficPods(clusters[0]);
  });

  it("previews pings, policy and pings again, in this order", async () => {
    const { steps } = succeeded(await (await localStack()).preview());
    const created = steps.filter(({ op }) => op === "create").map(({ urn }) => nameOf(urn));
    assert.deepEqual(
      created.filter((name) => ORDER.includes(name)),
      ORDER,
    );
    assert.deepEqual(await peersSeen(clusters), []);
  });

  it("meshes without a lost connection between the nodes of a cluster", async () => {
    const { result, traffic } = await during("between nodes during up", acrossNodes(clusters[0]), meshed, 2000);
    assert.ok(traffic.sent > FEWEST_ATTEMPTS, `only ${traffic.sent} connections`);
    assert.equal(traffic.lost, 0);
    const done = result.up.steps.map(({ urn }) => nameOf(urn)).filter((name) => ORDER.includes(name));
    assert.deepEqual(done, ORDER);
  });

  it("has every agent see every peer ready, with the declared id", async () => {
    const expected = everyPeerReady(clusters);
    assert.equal(expected.length, 3);
    assert.deepEqual(await peersSeen(clusters), expected);
    const { readiness } = await (await meshed()).stack.outputs();
    assert.equal((readiness as readonly { readonly ready: boolean }[]).filter(({ ready }) => ready).length, 3);
  });

  for (const what of ["nodes", "identities"] as const) {
    it(`shows ${what} of a cluster to every agent of the other as they are at home`, async () => {
      const seen = { nodes: nodesSeen, identities: identitiesSeen }[what];
      for (const { cluster, node } of allNodes(clusters)) {
        for (const other of clusters.filter((each) => each !== cluster)) {
          const home = other.nodes[0] ?? assert.fail();
          assert.ok((await seen(other, home, other)).length > 0, `${other.name} has no ${what}`);
          await waitUntil(`${cluster.name}, ${node.name}: ${what} of ${other.name} as at home`, 20, async () => {
            const [there, here] = await Promise.all([seen(other, home, other), seen(cluster, node, other)]);
            return JSON.stringify(there) === JSON.stringify(here);
          });
        }
      }
    });
  }

  it("lets everybody reach the database before the policy, and employees alone after it", async () => {
    const { demo, drops } = await (await meshed()).stack.outputs();
    const rows = VERDICTS.map(({ client, path, after }) => ({
      ...{ client, path, expectedBefore: "PONG", seenBefore: "PONG", expectedAfter: after, seenAfter: after },
    }));
    const key = ({ client, path }: { readonly client: string; readonly path: string }) => `${client} ${path}`;
    const sorted = (demo as typeof rows).toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
    assert.deepEqual(sorted, rows);
    for (const stranger of ["cluster1/default", "cluster2/istio-space"]) {
      const dropped = (line: string) => line.startsWith(`${stranger}/stranger:`) && line.includes("Policy denied");
      assert.ok((drops as readonly string[]).some(dropped), `no drop of the stranger of ${stranger}: ${String(drops)}`);
    }
    await verdictsHold(clusters);
  });

  it("has nothing to do in a second up", async () => {
    const again = await timed("pulumi up again", async () => (await meshed()).stack.up("--expect-no-changes"));
    assert.deepEqual(changes(succeeded(again).steps), []);
  });
});
