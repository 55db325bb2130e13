import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { ciliumConfig, secretFiles } from "../../support/kubernetes/clusterObjects";
import { snapshot, snapshots, versions } from "../../support/kubernetes/snapshot";
import { allowing, clusterConfig, meshConfig, withMember, WITHOUT_PREFLIGHT } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack, type Run } from "../../support/stacks/pulumi";
import { newStack } from "../support/newStack";
import { withContextOf } from "../support/otherKubeconfig";

const NAMESPACE = ["-n", "kube-system"];
const SECRETS = ["cilium-clustermesh", "clustermesh-etcd-server"];

describe("a context that leads to another cluster than the one that was meshed", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let astray: PulumiStack;
  let clusters: readonly LabCluster[];
  let all: readonly LabCluster[];
  let third: LabCluster;
  let untouched: readonly object[];

  before(async () => {
    const made = await newStack("astray", 3);
    ({ stack } = made);
    all = made.clusters;
    clusters = all.slice(0, 2);
    third = all[2] ?? assert.fail("the lab has too few clusters");
    await stack.configure(meshConfig(clusters));
    succeeded(await stack.up());
    for (const secret of SECRETS) {
      await third.run(["create", "secret", "generic", secret, ...NAMESPACE, "--from-literal=theirs=x"]);
    }
    untouched = made.untouched;
    astray = await withContextOf(stack, "cluster1", third.context);
  });

  after(async () => {
    await third.run(["delete", "secret", ...SECRETS, ...NAMESPACE, "--ignore-not-found"]);
    await stack.configure(meshConfig(clusters));
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(all), untouched);
  });

  const LINE = /cluster "cluster1": kube-system uid "\S+" is not "\S+", which this stack has meshed under this name/;

  async function refused(run: () => Promise<Run>): Promise<string> {
    const written = await Promise.all(all.map(versions));
    const { code, text } = await run();
    assert.notEqual(code, 0, text);
    assert.match(text, LINE);
    assert.match(text, /correct that; if the cluster was rebuilt, take two steps: 1\. .*lost' true && pulumi up, 2\. /);
    assert.deepEqual(await Promise.all(all.map(versions)), written);
    return text;
  }

  it("is refused by the preview, and nothing else is said of that cluster", async () => {
    const text = await refused(() => astray.preview());
    assert.doesNotMatch(text, /cluster "cluster1": (?!kube-system uid)/);
  });

  it("is refused by up, with live checks and without", async () => {
    await refused(() => astray.up());
    await stack.configure(
      withMember(meshConfig(clusters, { ...WITHOUT_PREFLIGHT }), "cluster1", {
        ...clusterConfig(clusters[0] ?? assert.fail()),
        etcd: { endpoints: ["https://127.0.0.77:2379"] },
      }),
    );
    await refused(() => astray.up());
    await stack.configure(meshConfig(clusters));
  });

  it("is refused by destroy before anything is deleted, whatever was accepted", async () => {
    await refused(() => astray.destroy());
    await stack.configure(meshConfig(clusters, allowing("openPolicies")));
    succeeded(await stack.up());
    await refused(() => astray.destroy());
    assert.deepEqual(Object.keys(await secretFiles(third, "cilium-clustermesh")), ["theirs"]);
  });

  it("is no obstacle once it leads to the right one", async () => {
    succeeded(await stack.up());
    assert.equal((await ciliumConfig(clusters[0] ?? assert.fail()))["cluster-name"], "cluster1");
    succeeded(await stack.up("--expect-no-changes"));
  });
});

describe("a cluster that was rebuilt under its name", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let rebuilt: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let third: LabCluster;
  let untouched: readonly object[];

  before(async () => {
    const made = await newStack("rebuilt", 3);
    ({ stack, untouched } = made);
    clusters = made.clusters.slice(0, 2);
    [first = assert.fail(), , third = assert.fail()] = made.clusters;
    await stack.configure(meshConfig(clusters));
    succeeded(await stack.up());
    // Another cluster, as it was installed, answers where the first did.
    rebuilt = await withContextOf(stack, "cluster1", third.context);
  });

  const lost = (value: boolean) =>
    stack.configure(
      withMember(meshConfig(clusters), "cluster1", { ...clusterConfig(first), ...(value ? { lost: true } : {}) }),
    );

  it("joins as it is now after the two steps that the refusal names, and is given back as it was found", async () => {
    const refused = await rebuilt.up();
    assert.notEqual(refused.code, 0);
    assert.match(refused.text, /if the cluster was rebuilt, take two steps/);
    await lost(true);
    succeeded(await rebuilt.up());
    assert.deepEqual(await snapshot(third), untouched[2]);
    await lost(false);
    const { text } = succeeded(await rebuilt.up());
    assert.match(text, /cluster "cluster1": is another one than before it was declared lost/);
    assert.equal((await ciliumConfig(third))["cluster-name"], "cluster1");
    assert.ok((await secretFiles(third, "cilium-clustermesh"))["cluster2"]);
    succeeded(await rebuilt.up("--expect-no-changes"));
    succeeded(await rebuilt.destroy());
    assert.deepEqual(await snapshot(third), untouched[2]);
  });

  after(async () => {
    // What was the first cluster is one that nobody knows any more; the lab goes on with it.
    await first.run(["delete", "secret", ...SECRETS, ...NAMESPACE, "--ignore-not-found"]);
    const apply = ["apply", "--server-side", "--field-manager=cilium-clustermesh", "--force-conflicts", "-f", "-"];
    const metadata = { name: "cilium-config", namespace: "kube-system" };
    await first.run([
      "patch",
      "configmap/cilium-config",
      ...NAMESPACE,
      "--type=merge",
      "--field-manager=helm",
      "--patch",
      JSON.stringify({ data: { "cluster-name": "default", "cluster-id": "0" } }),
    ]);
    await first.run(apply, { stdin: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata }) });
    for (const workload of ["daemonset/cilium", "deployment/cilium-operator"]) {
      const template = { spec: { template: { metadata: { annotations: { "cilium-clustermesh/config": null } } } } };
      await first.run(["patch", workload, ...NAMESPACE, "--type=merge", "--patch", JSON.stringify(template)]);
    }
    assert.deepEqual(await snapshot(first), untouched[0]);
  });
});
