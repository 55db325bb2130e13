import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabCluster } from "../../lab";
import { ciliumConfig } from "../support/kubernetes/clusterObjects";
import { snapshots, versions } from "../support/kubernetes/snapshot";
import { meshedViews } from "../support/preflight/meshedView";
import { allowing, meshConfig, WITHOUT_PREFLIGHT } from "../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { engine } from "./support/engine";
import { newStack } from "./support/newStack";
import { CONFIG, patch } from "./support/preflight/drifting";

const MARK = "cilium-clustermesh/originals";
const NOTHING = JSON.stringify({ version: 3, deployment: {} });

describe("a stack whose state is lost", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let untouched: readonly Readonly<Record<string, object>>[];

  before(async () => {
    ({ stack, clusters, untouched } = await newStack("lost", 2));
    first = clusters[0] ?? assert.fail();
    succeeded(await stack.up());
  });

  after(async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });

  it("finds the originals in the clusters, and destroy gives the true ones back", async () => {
    const meshed = await meshedViews({ clusters, untouched });
    await stack.replaceState(NOTHING);
    const { text } = succeeded(await stack.up());
    assert.match(
      text,
      /cluster "cluster1": was meshed by this stack before; its originals are those that cilium-config has kept/,
    );
    assert.deepEqual(await meshedViews({ clusters, untouched }), meshed);
    succeeded(await stack.up("--expect-no-changes"));
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
    succeeded(await stack.up());
  });

  it("goes on where an id was changed by hand meanwhile", async () => {
    await stack.replaceState(NOTHING);
    await patch(first, CONFIG, { data: { "cluster-id": "7" } });
    succeeded(await stack.up());
    assert.equal((await ciliumConfig(first))["cluster-id"], String(first.id));
  });

  it("is refused where the clusters do not tell the originals: damaged, or taken away", async () => {
    const { metadata } = JSON.parse((await first.run(["get", CONFIG, "-n", "kube-system", "-o", "json"])).stdout) as {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
    };
    const state = await stack.export();
    await stack.replaceState(NOTHING);
    const marked = (mark: string | null) => patch(first, CONFIG, { metadata: { annotations: { [MARK]: mark } } });
    for (const [mark, line] of [
      ["{}", /annotation cilium-clustermesh\/originals cannot be read/],
      [null, /was set by this program before, and neither state nor annotation/],
    ] as const) {
      await marked(mark);
      await stack.configure(meshConfig(clusters, { ...WITHOUT_PREFLIGHT }));
      const run = await stack.up();
      assert.notEqual(run.code, 0, run.text);
      assert.match(run.text, line);
      assert.equal((await ciliumConfig(first))["cluster-name"], "cluster1");
    }
    await marked(metadata.annotations[MARK] ?? assert.fail());
    await stack.replaceState(state);
    await stack.configure(meshConfig(clusters));
    succeeded(await stack.up());
  });
});

describe("two backends with stacks of one name", function () {
  this.timeout("4m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let other: PulumiStack;
  let backend = "";
  let untouched: readonly Readonly<Record<string, object>>[];

  before(async () => {
    ({ stack, clusters, untouched } = await newStack("namesake", 2));
    succeeded(await stack.up());
    backend = await mkdtemp(join(tmpdir(), "clustermesh-backend-"));
    const { workstation } = await engine();
    other = workstation.stack("namesake", undefined, { PULUMI_BACKEND_URL: `file://${backend}` });
  });

  after(async () => {
    await rm(backend, { recursive: true, force: true });
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
  });

  it("are two stacks: the second is refused in the preview, and by up without live checks", async () => {
    await other.init(meshConfig(clusters));
    const written = await Promise.all(clusters.map(versions));
    const line =
      /cluster "cluster1": .*cilium-clustermesh\/originals "organization\/clustermesh\/namesake@\w+" is the mark of another stack/;
    const preview = await other.preview();
    assert.notEqual(preview.code, 0);
    assert.match(preview.text, line);
    await other.configure(meshConfig(clusters, { ...WITHOUT_PREFLIGHT, ...allowing("adoptSecret") }));
    const up = await other.up();
    assert.notEqual(up.code, 0, up.text);
    assert.match(up.text, line);
    assert.deepEqual(await Promise.all(clusters.map(versions)), written);
    succeeded(await other.destroy());
    assert.deepEqual(await Promise.all(clusters.map(versions)), written);
    await stack.configure(meshConfig(clusters));
  });
});
