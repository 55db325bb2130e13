import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_SETTINGS, validateDescription } from "../../../components";
import { adoptedCas } from "../support/certificates/adoptedCas";
import { lines } from "../support/mesh/mesh";
import { mesh } from "../support/mesh/mesh";
import { makeMesh, runMesh, type MeshOptions } from "../support/meshProgram";
import { run, valueOf } from "../support/pulumiMocks";

/** What a mesh is refused with, and what it has registered of itself all the same. */
async function refused(options: MeshOptions) {
  const { result, resources } = await run(() => {
    try {
      makeMesh(options);
      return undefined;
    } catch (error) {
      return error;
    }
  });
  assert.ok(result instanceof Error, "the mesh is refused");
  return { error: result, registered: resources.filter(({ type }) => !type.startsWith("pulumi:providers:")) };
}

describe("components: a mesh that cannot work", () => {
  it("is refused with all its problems, before anything is registered", async () => {
    const { error, registered } = await refused({
      clusters: [1, 2],
      specs: { 1: { id: 0 }, 2: { podCIDRs: ["10.101.7.0/24"], etcd: { endpoints: ["http://10.1.2.1:2379"] } } },
      settings: { certificates: { authorityDays: 30, leafDays: 31 }, maxConnectedClusters: 511 },
    });
    assert.deepEqual(registered, []);
    assert.ok(pulumi.RunError.isInstance(error));
    const said = error.message.split("\n");
    assert.equal(said[0], "this mesh cannot work (4 problems):");
    assert.deepEqual(
      said.slice(1).map((line) => line.split(";")[0]),
      [
        '  - cluster "cluster1": id 0 means that a cluster is in no mesh',
        '  - cluster "cluster2": podCIDRs[0] "10.101.7.0/24" overlaps podCIDRs[0] of cluster "cluster1" (10.101.0.0/16)',
        '  - cluster "cluster2": etcd.endpoints[0] "http://10.1.2.1:2379" is not an https URL with host and port and nothing behind it',
        "  - mesh: certificates.leafDays 31 is longer than the authority's 30 days",
      ],
    );
    assert.match(said[1] ?? "", /from 1 to 511$/);
  });

  it("may be one cluster, or have objects in a cluster that is not there", async () => {
    const { error, registered } = await refused({ clusters: [1], demo: { clusters: ["cluster1", "cluster2"] } });
    assert.match(error.message, /clusters has one alone, and one is no mesh; list at least two clusters/);
    assert.match(error.message, /objects\.cluster2 are in no cluster of this stack; use one of cluster1/);
    assert.deepEqual(registered, []);
  });

  it("may lack a cluster's own CA", async () => {
    const { perCluster } = await adoptedCas();
    const { cluster1 } = perCluster.authorities;
    assert.ok(cluster1);
    const { error, registered } = await refused({
      authority: { kind: "adoptedPerCluster", authorities: { cluster1 } },
    });
    assert.match(error.message, /cluster "cluster2": .*is missing/);
    assert.deepEqual(registered, []);
  });

  it("is judged by the same rules as the program's configuration", () => {
    const judge = (n: number) => validateDescription({ ...DEFAULT_SETTINGS, ...mesh(n) }, [], new Date());
    assert.deepEqual(judge(2), []);
    assert.equal(lines(judge(1)).length, 1);
  });
});

describe("components: the settings of a mesh", () => {
  it("are refused where they are none, with what there is", async () => {
    const settings = { allow: ["overwrite"], wait: { check: 0 }, keyAlgorithm: "P256" } as object;
    const { error, registered } = await refused({ settings });
    assert.deepEqual(registered, []);
    assert.deepEqual(error.message.split("\n").slice(1), [
      '  - mesh: clustermesh:allow[0] "overwrite" is not allowed; use one of adoptSecret, overwriteConflicts, openPolicies, policyInterruptions, restartStalePods, unreachable, sharedSubnets',
      "  - mesh: clustermesh:wait.check 0 is not allowed; use at least 1",
      "  - mesh: clustermesh:keyAlgorithm is no property known here; check its spelling, or remove it",
    ]);
  });
});

describe("components: what a mesh says of itself", () => {
  it("is its topology", async () => {
    assert.match(await valueOf((await runMesh()).result.topology), /^graph LR\n {2}c0\["cluster1<br\/>id 101/);
  });
});
