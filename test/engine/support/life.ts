import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { changes, nameOf } from "../../support/events";
import { ciliumConfig, rollOutAnnotation, secretFiles, uidOf } from "../../support/kubernetes/clusterObjects";
import { snapshot, versions } from "../../support/kubernetes/snapshot";
import { clusterConfig, meshConfig, withMember } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { listingEverything } from "./deployer";
import { engine, labClusters } from "./engine";

const PEERS = "secret/cilium-clustermesh";
const EXTRA = { demo: true };

function each<T>(clusters: readonly LabCluster[], read: (cluster: LabCluster) => Promise<T>): Promise<readonly T[]> {
  return Promise.all(clusters.map(read));
}

/** The whole life of a mesh of so many clusters, and of one more that joins, as a suite. */
export function describeLife(size: number): void {
  describe(`the life of a mesh of ${String(size)} clusters`, function () {
    this.timeout("4m");
    let stack: PulumiStack;
    let clusters: readonly LabCluster[];
    let joining: LabCluster;
    let untouched: readonly object[];

    before(async () => {
      const all = await labClusters(size + 1);
      clusters = all.slice(0, size);
      joining = all[size] ?? assert.fail("the lab has too few clusters");
      untouched = await each(all, snapshot);
      stack = (await engine()).workstation.stack(`life${String(size)}`);
      await stack.init(meshConfig(clusters, EXTRA));
    });

    it("previews without writing anything", async () => {
      const written = await each(clusters, versions);
      const run = succeeded(await stack.preview());
      assert.ok(run.steps.some((step) => step.op === "create" && nameOf(step.urn) === "clustermesh-cluster1-peers"));
      assert.deepEqual(await each(clusters, versions), written);
    });

    it("brings every cluster its name, its id, its roll-out and its peers", async () => {
      succeeded(await stack.up());
      for (const cluster of clusters) {
        const config = await ciliumConfig(cluster);
        assert.deepEqual([config["cluster-name"], config["cluster-id"]], [cluster.name, String(cluster.id)]);
        assert.match(await rollOutAnnotation(cluster, "daemonset/cilium"), /^[0-9a-f]{16}$/);
        assert.match(await rollOutAnnotation(cluster, "deployment/cilium-operator"), /^[0-9a-f]{16}$/);
        const files = Object.keys(await secretFiles(cluster, "cilium-clustermesh"));
        const pem = ["mesh.ca.crt", "mesh.client.crt", "mesh.client.key"];
        assert.deepEqual(files.sort(), [...clusters.map((peer) => peer.name), ...pem].sort());
      }
    });

    it("shows outputs without secrets, and none of what is neither checked nor pinged", async () => {
      const outputs = await stack.outputs();
      const names = ["authorities", "certificates", "clusters", "demo", "meshedClusters", "topology"];
      assert.deepEqual(Object.keys(outputs).sort(), names);
      const text = JSON.stringify(outputs);
      assert.doesNotMatch(text, /PRIVATE KEY|\[secret\]/);
      assert.match(text, /CN=remote-cluster1/);
    });

    it("has nothing to do in a second up", async () => {
      const run = succeeded(await stack.up("--expect-no-changes"));
      assert.deepEqual(changes(run.steps), []);
    });

    it("changes an endpoint in place", async () => {
      const uid = await uidOf(joining, "configmap/cilium-config");
      const [first] = clusters;
      assert.ok(first);
      const uids = await each(clusters, (cluster) => uidOf(cluster, PEERS));
      const moved = {
        ...clusterConfig(first),
        etcd: { endpoints: ["https://127.0.0.77:2379", first.ciliumEtcd.endpoint] },
      };
      await stack.configure(withMember(meshConfig(clusters, EXTRA), first.name, moved));
      const run = succeeded(await stack.up());
      assert.deepEqual(
        run.steps.filter((step) => step.op.includes("replace") && step.urn.includes("kubernetes:")),
        [],
      );
      assert.deepEqual(await each(clusters, (cluster) => uidOf(cluster, PEERS)), uids);
      for (const cluster of clusters) {
        assert.match((await secretFiles(cluster, "cilium-clustermesh"))[first.name] ?? "", /127\.0\.0\.77/);
      }
      assert.equal(await uidOf(joining, "configmap/cilium-config"), uid);
    });

    it("lets a cluster join without touching more than the others' peers", async () => {
      await stack.configure(meshConfig([...clusters, joining], EXTRA));
      const run = succeeded(await stack.up());
      const others = changes(run.steps).filter((change) => !change.includes(joining.name));
      const expected = clusters.map(({ name }) => `update clustermesh-${name}-peers`);
      const moved =
        /^(create-replacement|replace|delete-replaced|create) clustermesh-cluster1-etcd-server|^update clustermesh-cluster1-etcd-server/;
      const rest = others.filter(
        (change) => !expected.includes(change) && !moved.test(change) && !/^update clustermesh-/.test(change),
      );
      assert.deepEqual(rest, []);
      assert.deepEqual(
        expected.filter((change) => !others.includes(change)),
        [],
      );
      assert.ok((await secretFiles(joining, "cilium-clustermesh"))["cluster1"]);
    });

    it("finds nothing to refresh", async () => {
      const run = succeeded(await stack.refresh("--expect-no-changes"));
      assert.deepEqual(
        changes(run.steps).filter((change) => !change.startsWith("refresh")),
        [],
      );
    });

    it("leaves every cluster as it was found", async () => {
      const all = [...clusters, joining];
      await listingEverything(all, async () => succeeded(await stack.destroy()));
      assert.deepEqual(await each(all, snapshot), untouched);
    });
  });
}
