import assert from "node:assert/strict";
import { parse } from "yaml";
import type { LabCluster } from "../../../lab";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { snapshots } from "../../support/kubernetes/snapshot";
import { clusterConfig, meshConfig, withMember } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { apiserverMesh } from "../support/apiserver/apiserverLab";
import { assertRefused } from "../support/apiserver/refused";

const HOST = "cluster1.mesh.cilium.io";
const WAY = { endpoints: [`https://${HOST}:2379`], hostAliases: { [HOST]: ["192.0.2.7"] } };
const CACHES = "secret/cilium-kvstoremesh";

describe("what is written down of a cluster with clustermesh-apiserver", function () {
  this.timeout("5m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let second: LabCluster;
  let untouched: readonly object[];

  before(async () => {
    ({ stack, clusters, untouched } = await apiserverMesh("apiserver-overrides"));
    [first = assert.fail(), second = assert.fail()] = clusters;
  });

  const configured = ({ name }: LabCluster, over: object) => {
    const cluster = clusters.find((each) => each.name === name) ?? assert.fail();
    return stack.configure(withMember(meshConfig(clusters), name, { ...clusterConfig(cluster), ...over }));
  };
  const hasCaches = async () =>
    (await first.run(["get", CACHES, "-n", "kube-system", "--ignore-not-found", "-o", "name"])).stdout !== "";

  it("is refused where it cannot be", async () => {
    await configured(second, { reads: "cached" });
    await assertRefused(
      stack,
      clusters,
      /cluster "cluster2": reads "cached" needs the container kvstoremesh of Deployment kube-system\/clustermesh-apiserver, .*kvstoremesh\.enabled=true/,
    );
    await configured(second, { apiserver: { endpoints: ["https://10.9.9.9:2379"] } });
    await assertRefused(
      stack,
      clusters,
      /cluster "cluster2": apiserver\.endpoints "https:\/\/10\.9\.9\.9:2379" is not what its server certificate is for/,
    );
  });

  it("counts, and the preview says how it differs from what was found", async () => {
    await configured(first, { apiserver: WAY, reads: "direct" });
    const { text } = succeeded(await stack.preview());
    assert.match(text, /cluster "cluster1": apiserver\.endpoints .* has another port than Service .* 32379/);
    assert.match(text, /cluster "cluster1": apiserver\.endpoints .* leads to 192\.0\.2\.7, and Service/);
    assert.match(text, /cluster "cluster1": reads "direct" leaves the container kvstoremesh .* without peers/);
  });

  it("is what peers get, and decides who reads them", async () => {
    succeeded(await stack.up());
    const file = parse((await secretFiles(second, "cilium-clustermesh"))["cluster1"] ?? "") as Readonly<
      Record<string, unknown>
    >;
    assert.deepEqual(file["endpoints"], WAY.endpoints);
    assert.deepEqual(file["cilium-host-aliases"], [{ hostname: HOST, ips: ["192.0.2.7"] }]);
    const ofAgents = await secretFiles(first, "cilium-clustermesh");
    assert.match(ofAgents["cluster2"] ?? "", /cluster2\.mesh\.cilium\.io:32379/);
    assert.ok(ofAgents["mesh-cluster2.client.crt"]);
    assert.equal(await hasCaches(), false);
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("is found again where it is not written down any more, and back", async () => {
    await stack.configure(meshConfig(clusters));
    succeeded(await stack.up());
    assert.ok((await secretFiles(first, "cilium-kvstoremesh"))["mesh-cluster2.client.crt"]);
    assert.match((await secretFiles(first, "cilium-clustermesh"))["cluster2"] ?? "", /kube-system\.svc:2379/);
    assert.match((await secretFiles(second, "cilium-clustermesh"))["cluster1"] ?? "", /:32379/);
    succeeded(await stack.up("--expect-no-changes"));
    await configured(first, { reads: "direct" });
    succeeded(await stack.up());
    assert.equal(await hasCaches(), false);
    assert.match((await secretFiles(first, "cilium-clustermesh"))["cluster2"] ?? "", /:32379/);
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("leaves nothing behind", async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});
