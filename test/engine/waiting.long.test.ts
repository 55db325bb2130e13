import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { snapshot } from "../support/kubernetes/snapshot";
import { meshConfig } from "../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { engine, labClusters } from "./support/engine";

/** The lab has no nodes: its DaemonSet is rolled out with no pod at all, its operator never is. */
const WITHOUT_OPERATOR = { cilium: { operator: false } };

describe("waiting for agents", function () {
  this.timeout("2m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];

  before(async () => {
    clusters = await labClusters(2);
    stack = (await engine()).workstation.stack("waiting");
    await stack.init(meshConfig(clusters, { ...WITHOUT_OPERATOR, wait: { check: false } }));
  });

  it("goes on when the roll-out is done, on the way there and back", async () => {
    const untouched = await Promise.all(clusters.map(snapshot));
    const run = succeeded(await stack.up());
    assert.match(run.text, /cluster "cluster1": waiting for the roll-out of daemonset\/cilium/);
    succeeded(await stack.destroy());
    assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
  });

  it("fails up where no agent can say that it sees its peers", async () => {
    await stack.configure(meshConfig(clusters, { ...WITHOUT_OPERATOR, wait: { check: 1 } }));
    const run = await stack.up();
    assert.notEqual(run.code, 0, run.text);
    assert.match(run.text, /the mesh is not ready after 1 s \(2 problems\)/);
    assert.match(run.text, /cluster "cluster2": there are no agents; run Cilium on its nodes/);
    succeeded(await stack.destroy());
  });
});
