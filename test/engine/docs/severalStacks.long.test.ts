import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { snapshots } from "../../support/kubernetes/snapshot";
import { allowing, clusterConfig, WITHOUT_NODES } from "../../support/stacks/meshConfig";
import { deployerKubeconfig } from "../support/deployer";
import { engine, labClusters } from "../support/engine";
import { Reader } from "../support/reader";

const AUTHORITY = "mesh-authority";

describe("the steps of the documentation for a mesh of several stacks, as they are pasted", function () {
  this.timeout("5m");
  let reader: Reader;
  let clusters: readonly LabCluster[];
  let untouched: readonly object[];

  const listed = (cluster: LabCluster): object =>
    Object.fromEntries(Object.entries(clusterConfig(cluster)).filter(([key]) => key !== "context"));

  before(async () => {
    clusters = await labClusters(2);
    untouched = await snapshots(clusters);
    const { lab, workstation } = await engine();
    reader = await Reader.start(await deployerKubeconfig({ ...lab, clusters }));
    const write = async (name: string, config: Readonly<Record<string, unknown>>) => {
      await workstation.stack(name).configure(config);
    };
    await reader.paste("docs/guides/several-stacks.md", 1);
    await write(AUTHORITY, {
      role: "authority",
      clusters: Object.fromEntries(clusters.map((cluster) => [cluster.name, listed(cluster)])),
    });
    for (const { name, context } of clusters) {
      await reader.type(`pulumi stack init mesh-${name}`);
      await write(`mesh-${name}`, {
        role: "cluster",
        authorityStack: `organization/clustermesh/${AUTHORITY}`,
        clusters: { [name]: { context } },
        ...allowing(),
        ...WITHOUT_NODES,
      });
    }
  });

  it("bring every stack up, the authority stack first", async () => {
    await reader.paste("docs/guides/several-stacks.md", 4);
    for (const cluster of clusters) {
      const peers = clusters.filter((each) => each !== cluster).map(({ name }) => name);
      const files = Object.keys(await secretFiles(cluster, "cilium-clustermesh"));
      assert.ok(
        peers.every((peer) => files.includes(peer)),
        `${cluster.name} has ${files.join(", ")}`,
      );
    }
  });

  it("have a cluster stack ask for the peers of others", async () => {
    // Nobody sees a peer where there are no agents, so the check is off here.
    await reader.paste("docs/guides/several-stacks.md", 5);
    const set = await reader.type("pulumi config get --stack mesh-cluster1 requireExternalPeers");
    assert.equal(set.trim(), "true");
  });

  it("take all of them down", async () => {
    await reader.paste("docs/guides/several-stacks.md", 7);
    assert.deepEqual(await snapshots(clusters), untouched);
  });
});
