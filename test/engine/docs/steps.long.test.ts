import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { LabCluster } from "../../../lab";
import { kubeconfigOf } from "../../support/kubernetes/kubeconfig";
import { snapshot, snapshots } from "../../support/kubernetes/snapshot";
import { makeServiceAccount } from "../../support/kubernetes/serviceAccount";
import { clusterConfig, meshConfig, withMember } from "../../support/stacks/meshConfig";
import type { PulumiStack } from "../../support/stacks/pulumi";
import { deployerKubeconfig } from "../support/deployer";
import { engine, labClusters } from "../support/engine";
import { Reader } from "../support/reader";

const STACK = "mymesh";
const NOTHING_TO_DO = "--expect-no-changes";

describe("the steps of the documentation, as they are pasted", function () {
  this.timeout("5m");
  let reader: Reader;
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let third: LabCluster;
  let untouched: readonly object[];

  const nothingIsLeftToDo = async () => {
    assert.equal((await stack.up(NOTHING_TO_DO)).code, 0);
  };

  before(async () => {
    clusters = await labClusters(3);
    third = clusters[2] ?? assert.fail("no third cluster");
    untouched = await snapshots(clusters);
    const { lab, workstation } = await engine();
    reader = await Reader.start(await deployerKubeconfig({ ...lab, clusters }));
    stack = workstation.stack(STACK);
  });

  it("begin with the examples, and adopt a CA", async () => {
    await reader.paste("docs/guides/first-mesh.md", 1);
    await stack.configure(meshConfig(clusters.slice(0, 2)));
    const { ciliumEtcd } = third;
    await reader.put("ca.crt", await readFile(ciliumEtcd.caFile, "utf8"));
    await reader.put("ca.key", await readFile(ciliumEtcd.caKeyFile, "utf8"));
    await reader.paste("docs/guides/first-mesh.md", 2);
    await reader.paste("docs/guides/first-mesh.md", 3);
    await nothingIsLeftToDo();
  });

  it("end with a mesh that is gone, and a stack that is", async () => {
    await reader.paste("docs/guides/first-mesh.md", 4);
    assert.deepEqual(await snapshots(clusters), untouched);
  });

  it("are few in the quick start", async () => {
    await reader.paste("README.md", 2);
    await stack.configure(meshConfig(clusters.slice(0, 2)));
    // Nobody sees a peer where there are no agents.
    const shown = await reader.paste("README.md", 3, { "output readiness": "output clusters" });
    assert.match(shown, /"name":"cluster2"/);
    await nothingIsLeftToDo();
  });

  it("show the mesh, and make an archive for a bug report", async () => {
    const production = { production: STACK, '|| mail -s "mesh" admin@example.com': "|| echo exit code $?" };
    // Nobody sees a peer where there are no agents.
    assert.match(await reader.paste("docs/guides/look.md", 1, production), /cluster1[^]*exit code [12]\n$/);
    assert.match(await reader.paste("docs/guides/look.md", 2, production), /cluster1/);
    assert.match(await reader.type("cat pictures/mesh.svg"), /<svg [^]*cluster2/);
    assert.match(await reader.paste("docs/guides/look.md", 3, production), /\.tar\.gz/);
  });

  it("take a cluster into the mesh", async () => {
    await stack.configure(meshConfig(clusters));
    await reader.paste("docs/guides/join.md", 1);
    await nothingIsLeftToDo();
    await reader.paste("docs/guides/join.md", 2, { "allow[0]": "allow[1]" });
  });

  it("give a lost state back", async () => {
    await reader.type(`pulumi stack rm --force --preserve-config ${STACK}`);
    await reader.paste("docs/guides/lost-cluster.md", 4);
    await nothingIsLeftToDo();
  });

  it("replace a kubeconfig, and remove its cluster", async () => {
    const account = await makeServiceAccount(third, "fresh");
    const { context, ...reached } = clusterConfig(third);
    assert.ok(context);
    await stack.configure(withMember(meshConfig(clusters), third.name, reached));
    await stack.setSecret(`clusters.${third.name}.kubeconfig`, kubeconfigOf(third, {}));
    await reader.put("fresh.kubeconfig", account.kubeconfig);
    await reader.paste("docs/guides/lost-cluster.md", 2, { NAME: third.name });
    await account.remove();
    assert.deepEqual(await snapshot(third), untouched[2]);
  });

  it("take a cluster back that was declared lost", async () => {
    await stack.configure(meshConfig(clusters));
    await reader.paste("docs/guides/leave.md", 1);
    await reader.paste("docs/guides/lost-cluster.md", 3, { NAME: third.name });
    await nothingIsLeftToDo();
  });

  it("let a policy open before its cluster leaves", async () => {
    await reader.paste("docs/guides/leave.md", 2, { "allow[0]": "allow[1]" });
  });

  it("remove a cluster that is lost", async () => {
    await third.apiServer.stop();
    try {
      await reader.paste("docs/guides/lost-cluster.md", 1, { NAME: third.name });
    } finally {
      await third.apiServer.start();
    }
    await nothingIsLeftToDo();
  });

  it("give certificates new keys, and the authority another CA", async () => {
    for (const step of [1, 2, 3, 4]) {
      const shown = await reader.paste("docs/guides/rotate-certificates.md", step);
      assert.match(shown, /Resources:/, `step ${String(step)}`);
    }
  });
});
