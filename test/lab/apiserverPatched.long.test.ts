import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { CiliumMode, LabCluster } from "../../lab";
import { makeTrafficPods, removeTrafficPods } from "../support/cilium/crossNodeTraffic";
import { changes } from "../support/events";
import { ciliumConfig, secretFiles } from "../support/kubernetes/clusterObjects";
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
  ["kvstoremesh", "kvstore"],
];

const ADMIN = "clustermesh-apiserver-admin-cert";

/** As whom a cluster's clustermesh-apiserver writes to its etcd. */
const adminOf = async (cluster: LabCluster): Promise<string> =>
  new X509Certificate((await secretFiles(cluster, ADMIN))["tls.crt"] ?? "").subject;

/** The ids in the numbers of a cluster's CiliumIdentities. */
async function idsOf(cluster: LabCluster): Promise<ReadonlySet<number>> {
  const { stdout } = await cluster.run([
    "get",
    "ciliumidentities.cilium.io",
    "--output=jsonpath={.items[*].metadata.name}",
  ]);
  return new Set(
    stdout
      .split(" ")
      .filter((name) => name !== "")
      .map((name) => Number(name) >> 16),
  );
}

for (const modes of MESHES) {
  describe(`clusters in no mesh whose name and id are overwritten: ${modes.join(" and ")}`, function () {
    this.timeout("10m");
    let own: ModesLab;
    let clusters: readonly LabCluster[];
    let stack: PulumiStack;
    let untouched: readonly object[];

    const inApiserverModes = () => clusters.filter(({ mode }) => mode !== "kvstore");

    before(async function () {
      this.timeout("30m");
      own = await modesLab(modes, { installed: "unmeshed" });
      clusters = own.lab.clusters;
      await makeTrafficPods(clusters[0] ?? assert.fail("no cluster1"));
      untouched = await Promise.all(clusters.map(objectsOf));
      stack = own.workstation.stack("patched");
      // It allows overwriteConflicts.
      await stack.init(await localConfig(clusters));
      await adoptEtcdAuthorities(stack, clusters);
    });

    after(async () => {
      await own.end();
    });

    it("join without a lost connection between nodes, with certificates for their names", async () => {
      const [first = assert.fail("no cluster1")] = clusters;
      const { traffic } = await during("between nodes during up", acrossNodes(first), async () => {
        succeeded(await timed("pulumi up", () => stack.up()));
      });
      assert.ok(traffic.sent > FEWEST_ATTEMPTS, `only ${traffic.sent} connections`);
      assert.equal(traffic.lost, 0);
      for (const cluster of inApiserverModes()) {
        assert.equal(await adminOf(cluster), `CN=admin-${cluster.name}`);
        const { "cluster-name": name, "cluster-id": id } = await ciliumConfig(cluster);
        assert.deepEqual([name, id], [cluster.name, String(cluster.id)]);
      }
    });

    it("have every agent see every peer, and the demo's verdicts", async () => {
      assert.deepEqual(await peersSeen(clusters), everyPeerReady(clusters));
      await verdictsHold(clusters);
    });

    it("have nothing to do in a second up", async () => {
      assert.deepEqual(changes(succeeded(await stack.up("--expect-no-changes")).steps), []);
    });

    it("leave without a lost connection, as they were, certificates too, and without identities of the mesh", async () => {
      const [first = assert.fail("no cluster1")] = clusters;
      const { traffic } = await during("between nodes during destroy", acrossNodes(first), async () => {
        succeeded(await timed("pulumi destroy", () => stack.destroy()));
      });
      assert.equal(traffic.lost, 0);
      assert.deepEqual(await peersSeen(clusters), []);
      for (const cluster of inApiserverModes()) {
        assert.equal(await adminOf(cluster), "CN=admin-default");
        assert.deepEqual([...(await idsOf(cluster))], [0]);
      }
      assert.deepEqual(await Promise.all(clusters.map(objectsOf)), untouched);
      await removeTrafficPods(first);
    });
  });
}
