import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { LabCluster } from "../../lab";
import { makeTrafficPods, removeTrafficPods } from "../support/cilium/crossNodeTraffic";
import { waitUntil } from "../support/waitUntil";
import { acrossNodes, during, FEWEST_ATTEMPTS } from "./support/demo/traffic";
import { keysOfMember } from "./support/etcdUsers/ownEtcd";
import { twoClusters } from "./support/level";
import { agentsNow, clustersNow, meshed, unmeshed } from "./support/mesh";
import { peersSeen } from "./support/peers/peers";

/** The demo's objects in all clusters, as `kind/name`. */
async function demoObjects(clusters: readonly LabCluster[]): Promise<readonly string[]> {
  const kinds = "statefulsets,services,ciliumnetworkpolicies.cilium.io,namespaces,pods";
  const demo = /\/(protected-db|employee|stranger|istio-space|clustermesh-ingress-l4-policy)(-\d+)?$/;
  const found = clusters.map(({ run }) => run(["get", kinds, "--all-namespaces", "--output=name"]));
  return (await Promise.all(found)).flatMap(({ stdout }) => stdout.split("\n")).filter((name) => demo.test(name));
}

/** Cilium removes the routes of a removed node half a minute later: a cut would come only then. */
const ROUTES_GO_MS = 35_000;

describe("a mesh that is taken down, whatever it has been through", function () {
  this.timeout("5m");
  let clusters: readonly [LabCluster, LabCluster];
  let untouched: readonly object[];
  let agentsUntouched: readonly object[];

  before(async () => {
    clusters = await twoClusters();
    const mesh = await meshed();
    [untouched, agentsUntouched] = [mesh.before, mesh.agentsBefore];
    await makeTrafficPods(clusters[0]);
  });

  after(async () => {
    await removeTrafficPods(clusters[0]);
  });

  it("has written its name and id into every cluster's etcd", async () => {
    for (const cluster of clusters) {
      const keys = await keysOfMember(cluster);
      for (const prefix of [
        "cluster-config",
        "state/nodes/v1",
        "state/identities/v1/id",
        "state/identities/v1/value",
      ]) {
        assert.ok(
          keys.some((key) => key.startsWith(`cilium/${prefix}/`)),
          `${cluster.name}: no ${prefix} in ${keys.join(", ")}`,
        );
      }
    }
  });

  it("loses no connection between the nodes of a cluster", async () => {
    assert.ok((await demoObjects(clusters)).length > 0);
    const { traffic } = await during("between nodes during destroy", acrossNodes(clusters[0]), unmeshed, ROUTES_GO_MS);
    assert.ok(traffic.sent > FEWEST_ATTEMPTS, `only ${traffic.sent} connections`);
    assert.equal(traffic.lost, 0);
  });

  it("leaves agents that know no peer, and nothing of the demo", async () => {
    assert.deepEqual(await peersSeen(clusters), []);
    assert.deepEqual(await demoObjects(clusters), []);
  });

  it("leaves nothing under its names and ids in any etcd", async () => {
    for (const cluster of clusters) assert.deepEqual(await keysOfMember(cluster), [], cluster.name);
  });

  it("leaves every cluster as it was before", async () => {
    assert.deepEqual(await clustersNow(), untouched);
    assert.ok(untouched.every((each) => Object.keys(each).includes("ConfigMap/kube-system/cilium-config")));
  });

  it("leaves routes, nodes, identities and etcd keys as they were before", async () => {
    await waitUntil("agents and etcds as before", 60, async () => {
      return isDeepStrictEqual(await agentsNow(), agentsUntouched);
    }).catch(() => undefined);
    assert.deepEqual(await agentsNow(), agentsUntouched);
  });
});
