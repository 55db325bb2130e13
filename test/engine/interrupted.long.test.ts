import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { secretFiles } from "../support/kubernetes/clusterObjects";
import { snapshot } from "../support/kubernetes/snapshot";
import { meshConfig } from "../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { waitUntil } from "../support/waitUntil";
import { engine, labClusters } from "./support/engine";

/** Whether the object is there. */
async function exists(cluster: LabCluster, object: string): Promise<boolean> {
  const { stdout } = await cluster.run(["get", object, "-n", "kube-system", "--ignore-not-found", "-o", "name"]);
  return stdout !== "";
}

describe("an up that is interrupted", function () {
  this.timeout("3m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];

  before(async () => {
    clusters = await labClusters(2);
    stack = (await engine()).workstation.stack("interrupted");
    await stack.init(meshConfig(clusters));
  });

  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    it(`by ${signal} can be repeated, and leaves nothing behind in the end`, async () => {
      const [first] = clusters;
      assert.ok(first);
      const untouched = await Promise.all(clusters.map(snapshot));
      const { process: cli, ended } = stack.start("up", ["--yes", "--skip-preview"]);
      const there = waitUntil("the first Secret is there", 60, () => exists(first, "secret/cilium-clustermesh"));
      await Promise.race([there, ended.then((run) => assert.fail(`up ended before it was interrupted:\n${run.text}`))]);
      cli.kill(signal);
      await ended;
      if (signal === "SIGKILL") {
        await stack.cancel();
      }
      succeeded(await stack.up());
      for (const cluster of clusters) {
        assert.ok((await secretFiles(cluster, "cilium-clustermesh"))["mesh.client.key"]);
      }
      succeeded(await stack.up("--expect-no-changes"));
      succeeded(await stack.destroy());
      assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
    });
  }
});
