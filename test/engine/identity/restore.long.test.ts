import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { applyConfig, configManifest, INSTALLED, installAsHelm } from "../../support/cilium/ciliumConfigOwners";
import { helmOf, type Helm } from "../../support/cilium/helm";
import { ciliumConfig } from "../../support/kubernetes/clusterObjects";
import { ownersOf, snapshot } from "../../support/kubernetes/snapshot";
import { meshConfig } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { engine, labClusters } from "../support/engine";

const CONFIG = "configmap/cilium-config";
const NAMESPACE = ["-n", "kube-system"];

/** Everything whose owners a mesh could change. */
const SHARED = [CONFIG, "daemonset/cilium", "deployment/cilium-operator"];

const ownersIn = (cluster: LabCluster) => Promise.all(SHARED.map((object) => ownersOf(cluster, object)));

async function update(cluster: LabCluster, manager: string, data: Readonly<Record<string, string>>): Promise<void> {
  const how = ["--type=merge", `--field-manager=${manager}`, "--patch", JSON.stringify({ data })];
  await cluster.run(["patch", CONFIG, ...NAMESPACE, ...how]);
}

describe("what destroy gives back", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let manifests: readonly Awaited<ReturnType<typeof configManifest>>[];

  before(async () => {
    clusters = await labClusters(2);
    manifests = await Promise.all(clusters.map(configManifest));
    stack = (await engine()).workstation.stack("giveback");
    await stack.init(meshConfig(clusters));
  });

  after(async () => {
    await Promise.all(clusters.map((cluster, index) => installAsHelm(cluster, manifests[index] ?? assert.fail())));
  });

  const ways = Object.entries(INSTALLED);
  const pairs = ways.flatMap((_, index) => (index % 2 === 0 ? [ways.slice(index, index + 2)] : []));
  for (const pair of pairs) {
    it(`goes to those who had it: ${pair.map(([how]) => how).join("; ")}`, async () => {
      for (const [index, [, install]] of pair.entries()) {
        await install(clusters[index] ?? assert.fail(), manifests[index] ?? assert.fail());
      }
      const untouched = await Promise.all(clusters.map(snapshot));
      const owners = await Promise.all(clusters.map(ownersIn));
      succeeded(await stack.up());
      assert.notDeepEqual(await Promise.all(clusters.map(ownersIn)), owners);
      succeeded(await stack.destroy());
      assert.deepEqual(await Promise.all(clusters.map(ownersIn)), owners);
      assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
    });
  }

  it("is not what was changed since: that is left, and named", async () => {
    const [first, second] = clusters;
    assert.ok(first && second);
    await installAsHelm(first, manifests[0] ?? assert.fail());
    const before = await ciliumConfig(first);
    succeeded(await stack.up());
    await update(first, "somebody", { "cluster-id": "77" });
    const { text } = succeeded(await stack.destroy());
    assert.match(text, /cluster "cluster1": cilium-config cluster-id is "77" by now and is left so/);
    assert.deepEqual(await ciliumConfig(first), { ...before, "cluster-id": "77" });
    const owners = await ownersOf(first, CONFIG);
    assert.ok(owners.some((owner) => owner.startsWith("somebody Update ") && owner.includes("f:cluster-id")));
    assert.ok(owners.some((owner) => owner.startsWith("helm Update ") && owner.includes("f:cluster-name")));
    assert.ok(!owners.some((owner) => owner.startsWith("cilium-clustermesh ")), owners.join("\n"));
  });
});

describe("Helm and a mesh", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let first: LabCluster;
  let helm: Helm;
  let original: Readonly<Record<string, string>>;
  let owners: readonly string[];

  before(async () => {
    const clusters = await labClusters(2);
    first = clusters[0] ?? assert.fail();
    original = await ciliumConfig(first);
    owners = await ownersOf(first, CONFIG);
    const { lab, workstation } = await engine();
    helm = await helmOf(lab, first);
    stack = workstation.stack("helm");
    await stack.init(meshConfig(clusters));
    succeeded(await stack.up());
  });

  after(async () => {
    await helm.close();
  });

  /** What a Helm that applies would do; a conflict is an error. */
  const apply = async () => {
    const stdin = await helm.template("cilium-configmap.yaml");
    const how = ["--server-side", "--field-manager=helm", "--dry-run=server", "--filename=-"];
    return first.run(["apply", ...how], { stdin });
  };

  it("do not get along while it lasts: an apply conflicts, and an upgrade writes over name and id without a word", async () => {
    await assert.rejects(apply, /conflicts with "cilium-clustermesh":\n- \.data\.cluster-id/);
    assert.equal((await ciliumConfig(first))["cluster-id"], String(first.id));
    await helm.upgrade();
    assert.deepEqual(await ciliumConfig(first), original);
    succeeded(await stack.up("--refresh"));
    assert.equal((await ciliumConfig(first))["cluster-id"], String(first.id));
  });

  it("do afterwards: the same release is upgraded and applied without a conflict, and all is as before", async () => {
    succeeded(await stack.destroy());
    await apply();
    await helm.upgrade();
    assert.deepEqual(await ciliumConfig(first), original);
    assert.deepEqual(await ownersOf(first, CONFIG), owners);
  });
});

/** Helm 4, Flux and k3s apply: their manager owns all of `cilium-config`, as an apply and not as an update. */
describe("an installer that applies, and a mesh", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let first: LabCluster;
  let manifest: Awaited<ReturnType<typeof configManifest>>;

  before(async () => {
    const clusters = await labClusters(2);
    first = clusters[0] ?? assert.fail();
    manifest = await configManifest(first);
    await first.run(["delete", CONFIG, ...NAMESPACE]);
    await applyConfig(first, "helm", manifest);
    stack = (await engine()).workstation.stack("helm4");
    await stack.init(meshConfig(clusters));
    succeeded(await stack.up());
  });

  after(async () => {
    await installAsHelm(first, manifest);
  });

  const declared = () => ({
    ...manifest,
    data: { ...manifest.data, "cluster-name": "cluster1", "cluster-id": String(first.id) },
  });

  it("conflicts with every upgrade of it that has other values, and with none that has the declared ones", async () => {
    await assert.rejects(
      applyConfig(first, "helm", manifest),
      /conflicts with "cilium-clustermesh":\n- \.data\.cluster-id/,
    );
    await applyConfig(first, "helm", declared());
    assert.equal((await ciliumConfig(first))["cluster-name"], "cluster1");
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("leaves the values to it on destroy, for they are its own by now, and says so", async () => {
    const { text } = succeeded(await stack.destroy());
    assert.match(
      text,
      /cilium-config cluster-name is "cluster1" by now, which "helm" has applied as well, and is left so/,
    );
    assert.deepEqual(await ciliumConfig(first), declared().data);
    const owners = await ownersOf(first, CONFIG);
    assert.ok(!owners.some((owner) => owner.startsWith("cilium-clustermesh ")), owners.join("\n"));
    await applyConfig(first, "helm", declared());
  });
});
