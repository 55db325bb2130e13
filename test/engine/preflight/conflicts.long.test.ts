import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { ciliumConfig, secretFiles } from "../../support/kubernetes/clusterObjects";
import { snapshot, versions } from "../../support/kubernetes/snapshot";
import { allowing, meshConfig, WITHOUT_PREFLIGHT } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack, type Run } from "../../support/stacks/pulumi";
import { newPair } from "../support/newStack";

const NAMESPACE = ["-n", "kube-system"];
const CONFIG = "configmap/cilium-config";

function refused(run: Run, ...lines: readonly RegExp[]): void {
  assert.notEqual(run.code, 0, run.text);
  for (const line of lines) {
    assert.match(run.text, line);
  }
}

describe("clusters that are not as the mesh needs them", function () {
  this.timeout("2m");
  let stack: PulumiStack;
  let first: LabCluster;
  let clusters: readonly LabCluster[];

  before(async () => {
    ({ stack, clusters, first } = await newPair("conflicts"));
  });

  async function unchangedBy(run: () => Promise<void>): Promise<void> {
    const written = await Promise.all(clusters.map(versions));
    await run();
    assert.deepEqual(await Promise.all(clusters.map(versions)), written);
  }

  it("refuses to overwrite what Helm owns, and names the values to set", async () => {
    await stack.configure(meshConfig(clusters, { allow: [] }));
    await unchangedBy(async () => {
      const line =
        /cluster "cluster1": cilium-config cluster-name and cluster-id \["default","0"\] belong to Helm release "cilium".*--set cluster\.name=cluster1 --set cluster\.id=101/;
      refused(
        await stack.preview(),
        line,
        /cluster "cluster2": cilium-config cluster-name and cluster-id \["default","0"\]/,
      );
    });
  });

  it("is stopped by the first step where live checks are off", async () => {
    await stack.configure(meshConfig(clusters, { allow: [], ...WITHOUT_PREFLIGHT }));
    refused(await stack.up(), /conflict/i, /helm/);
    assert.equal((await ciliumConfig(first))["cluster-id"], "0");
    succeeded(await stack.destroy());
  });

  it("says in the preview that cilium-config is missing, and does not create it", async () => {
    const { stdout } = await first.run(["get", CONFIG, ...NAMESPACE, "-o", "json"]);
    await stack.configure(meshConfig(clusters));
    await first.run(["delete", CONFIG, ...NAMESPACE]);
    try {
      refused(
        await stack.preview(),
        /cluster "cluster1": ConfigMap "kube-system\/cilium-config" does not exist in the cluster/,
      );
      await stack.configure(meshConfig(clusters, { ...WITHOUT_PREFLIGHT }));
      refused(await stack.up(), /cluster "cluster1":.*cilium-config.*not found/);
      const found = await first.run(["get", CONFIG, ...NAMESPACE, "--ignore-not-found", "-o", "name"]);
      assert.equal(found.stdout, "");
      // The other cluster got its part: the way back must work with half of a mesh, too.
      succeeded(await stack.destroy());
    } finally {
      await putBack(first, stdout);
    }
  });

  it("names the cluster that does not answer, within seconds", async () => {
    await first.apiServer.stop();
    try {
      await stack.configure(meshConfig(clusters));
      refused(
        await stack.preview(),
        /cluster "cluster1": API server cannot be reached: .*refused.* \(tried 3 times\);/,
      );
      await stack.configure(meshConfig(clusters, allowing("unreachable")));
      const run = await stack.preview();
      assert.match(run.text, /warning: cluster "cluster1": API server cannot be reached/);
    } finally {
      await first.apiServer.start();
    }
  });

  it("reports configuration and live clusters in one go", async () => {
    const config = meshConfig(clusters, { allow: [] });
    const members = config["clusters"] as Readonly<Record<string, object>>;
    const twice = { ...members, cluster2: { ...members["cluster2"], id: 101, typo: true } };
    await stack.configure({ ...config, clusters: twice });
    refused(
      await stack.preview(),
      /cluster "cluster2": typo is no property known here/,
      /cluster "cluster2": id 101 is also used by cluster "cluster1"/,
      /cluster "cluster1": cilium-config cluster-name and cluster-id \["default","0"\] belong to Helm/,
    );
  });
});

/** Gives a deleted object back, with the owners of its fields. */
async function putBack(cluster: LabCluster, json: string): Promise<void> {
  const object = JSON.parse(json) as { readonly metadata: Readonly<Record<string, unknown>> };
  const { resourceVersion, uid, creationTimestamp, ...metadata } = object.metadata;
  assert.ok(resourceVersion && uid && creationTimestamp);
  const stdin = JSON.stringify({ ...object, metadata });
  await cluster.run(["create", "--field-manager=helm", "--filename=-"], { stdin });
}

describe("a Secret that another owner made", function () {
  this.timeout("2m");
  const SECRET = "cilium-clustermesh";
  let stack: PulumiStack;
  let first: LabCluster;
  let clusters: readonly LabCluster[];

  before(async () => {
    ({ stack, clusters, first } = await newPair("foreign"));
    await first.run([
      "create",
      "secret",
      "generic",
      SECRET,
      ...NAMESPACE,
      "--from-literal=elsewhere=endpoints: [https://10.9.9.9:2379]",
    ]);
  });

  after(async () => {
    await first.run(["delete", "secret", SECRET, ...NAMESPACE, "--ignore-not-found"]);
  });

  it("is refused in the preview with a way out", async () => {
    refused(
      await stack.preview(),
      /cluster "cluster1": Secret kube-system\/cilium-clustermesh exists and was made by field manager "kubectl-create"/,
      /add adoptSecret to clustermesh:allow/,
    );
  });

  it("is neither overwritten nor lost where live checks are off", async () => {
    await stack.configure(meshConfig(clusters, { ...WITHOUT_PREFLIGHT }));
    refused(await stack.up(), /cluster "cluster1".*\n.*Secret kube-system\/cilium-clustermesh exists/);
    succeeded(await stack.destroy());
    assert.deepEqual(Object.keys(await secretFiles(first, SECRET)), ["elsewhere"]);
  });

  it("keeps its own keys when adopted, and nothing else afterwards", async () => {
    const untouched = await Promise.all(clusters.map(snapshot));
    await stack.configure(meshConfig(clusters, allowing("adoptSecret")));
    succeeded(await stack.up());
    const files = await secretFiles(first, SECRET);
    assert.ok(files["elsewhere"] !== undefined && files["cluster2"] !== undefined, Object.keys(files).join());
    succeeded(await stack.up("--expect-no-changes"));
    succeeded(await stack.destroy());
    assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
  });
});
