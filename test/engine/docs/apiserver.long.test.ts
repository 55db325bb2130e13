import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabCluster } from "../../../lab";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { kubeconfigOf } from "../../support/kubernetes/kubeconfig";
import { PLACES } from "../../support/kubernetes/roles";
import { snapshots } from "../../support/kubernetes/snapshot";
import { clusterConfig, meshConfig, withMember } from "../../support/stacks/meshConfig";
import { succeeded } from "../../support/stacks/pulumi";
import { apiserverMesh, type ApiserverMesh } from "../support/apiserver/apiserverLab";
import { Reader } from "../support/reader";

const USER = "docs-user";

describe("the steps of the documentation for a cluster with clustermesh-apiserver, as they are pasted", function () {
  this.timeout("4m");
  let folder: string;
  let mesh: ApiserverMesh;
  let first: LabCluster;
  let administrator: Reader;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "clustermesh-docs-"));
    mesh = await apiserverMesh("docs");
    first = mesh.clusters[0] ?? assert.fail("no cluster");
    const kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, kubeconfigOf(first, {}), { mode: 0o600 });
    administrator = await Reader.start(kubeconfig);
  });

  after(async () => {
    for (const [name, place] of Object.entries(PLACES)) {
      const binding = name.replace("cilium-clustermesh", "mesh");
      const kind = place === "all" ? ["clusterrolebinding", binding] : ["rolebinding", binding, "-n", "kube-system"];
      await first.run(["delete", ...kind, "--ignore-not-found"]);
    }
    await rm(folder, { recursive: true });
  });

  it("tell which mode it is in", async () => {
    const shown = await administrator.paste("docs/guides/apiserver.md", 1);
    assert.match(shown, /^(crd)?\n.*etcd.*\n$/);
  });

  it("give a user the roles", async () => {
    for (const block of [1, 2, 3, 4, 5]) await paste(block);
    async function paste(block: number) {
      await administrator.paste("docs/reference/permissions.md", block, { "mesh-user": USER, '"$MESH_USER"': USER });
    }
  });

  it("mesh it as that user, with a CA that is written down", async () => {
    const { stack, clusters, untouched } = mesh;
    const kubeconfig = kubeconfigOf(first, { user: (own) => ({ ...own, as: USER }) });
    const { context, ...reached } = clusterConfig(first);
    assert.ok(context);
    await stack.configure(withMember(meshConfig(clusters), first.name, reached));
    await stack.setSecret(`clusters.${first.name}.kubeconfig`, kubeconfig);
    const { "ca.crt": certificate = "", "ca.key": key = "" } = await secretFiles(first, "cilium-ca");
    await administrator.put("ca.crt", certificate);
    await administrator.put("ca.key", key);
    await administrator.type("pulumi stack select docs");
    await administrator.paste("docs/guides/apiserver.md", 2, { "clusters.west": `clusters.${first.name}` });
    succeeded(await stack.up());
    succeeded(await stack.up("--expect-no-changes"));
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});
