import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { ciliumConfig } from "../support/kubernetes/clusterObjects";
import { snapshots, versions } from "../support/kubernetes/snapshot";
import { nameOf, type Step } from "../support/events";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { readState } from "../support/stacks/stackState";
import { assertMeshed } from "./support/kept";
import { formerState } from "./support/formerState";
import { newStack } from "./support/newStack";
import { CONFIG } from "./support/preflight/drifting";

/** What the Patch of the version before left on `cilium-config`, beside what is set today. */
const PATCHED = {
  "pulumi.com/patchFieldManager": "cilium-clustermesh",
  "pulumi.com/patchForce": "true",
  "pulumi.com/skipAwait": "true",
};

describe("a stack that the version before has brought up", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let untouched: readonly object[];
  let state: string;

  /** Name, id and mark as the Patch wrote them, with its own annotations. */
  async function patchAsBefore(cluster: LabCluster): Promise<void> {
    const { stdout } = await cluster.run(["get", CONFIG, "-n", "kube-system", "-o", "json"]);
    const { metadata, data } = JSON.parse(stdout) as {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
      readonly data: Readonly<Record<string, string>>;
    };
    const mark = "cilium-clustermesh/originals";
    const annotations = { [mark]: metadata.annotations[mark], ...PATCHED };
    const { "cluster-name": name, "cluster-id": id } = data;
    const stdin = JSON.stringify({
      ...{ apiVersion: "v1", kind: "ConfigMap", data: { "cluster-name": name, "cluster-id": id } },
      metadata: { name: "cilium-config", namespace: "kube-system", annotations },
    });
    const manager = "--field-manager=cilium-clustermesh";
    await cluster.run(["apply", "--server-side", "--force-conflicts", manager, "--filename=-"], { stdin });
  }

  before(async () => {
    ({ stack, clusters, untouched } = await newStack("former", 2));
    succeeded(await stack.up());
    for (const cluster of clusters) await patchAsBefore(cluster);
    state = formerState(await stack.export(), clusters);
  });

  after(async () => {
    succeeded(await stack.destroy());
  });

  const named = (steps: readonly Step[], op: RegExp) =>
    steps.filter((step) => op.test(step.op)).map(({ urn }) => nameOf(urn));

  it("is previewed without a replacement, and loses its Patches alone", async () => {
    await stack.replaceState(state);
    const { steps, text } = succeeded(await stack.preview());
    assert.deepEqual(named(steps, /create|replace|import/), [], text);
    assert.deepEqual(named(steps, /delete/).sort(), ["cluster1-config", "cluster2-config"], text);
  });

  it("is up under its new names, and no object of a cluster was written for that", async () => {
    const written = await Promise.all(clusters.map(versions));
    succeeded(await stack.up());
    assert.deepEqual(await Promise.all(clusters.map(versions)), written);
    const { urns } = readState(await stack.export());
    assert.deepEqual(
      urns.filter((urn) => /Member|ConfigMapPatch|-(originals|settled|guard)$/.test(urn)),
      [],
    );
    await assertMeshed(clusters);
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("is destroyed without an up before, and leaves the clusters as they were found", async () => {
    await stack.replaceState(state);
    for (const cluster of clusters) assert.equal((await ciliumConfig(cluster))["cluster-name"], cluster.name);
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshots(clusters), untouched);
    assert.deepEqual(readState(await stack.export()).urns, []);
  });
});
