import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { snapshot } from "../support/kubernetes/snapshot";
import { startProxy, type Proxy } from "../support/proxy";
import { frozenAt } from "../support/stacks/frozenRun";
import { clusterConfig, meshConfig, withMember, WITHOUT_NODES } from "../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { assertKept, assertMeshed, haveEnded } from "./support/kept";
import { newPair } from "./support/newStack";

/** A round trip of more than half a second, and a few of them for each call. */
const DELAY_MS = 300;

describe("an API server behind a bad line", function () {
  this.timeout("10m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let second: LabCluster;
  let untouched: readonly object[];
  let proxy: Proxy | undefined;

  before(async () => {
    ({ stack, clusters, untouched, first, second } = await newPair("slow"));
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });

  /** The stack with the second cluster behind a proxy. */
  async function through(delayMs: number, extra: Readonly<Record<string, unknown>> = {}): Promise<Proxy> {
    const line = await startProxy(second, delayMs);
    proxy = line;
    const { context, ...behind } = clusterConfig(second);
    assert.ok(context);
    await stack.configure(withMember(meshConfig(clusters, extra), second.name, behind));
    await stack.setSecret(`clusters.${second.name}.kubeconfig`, line.kubeconfig);
    return line;
  }

  it("that is slow makes up and destroy slow, and nothing else", async () => {
    await through(DELAY_MS);
    succeeded(await stack.up());
    await assertMeshed(clusters);
    succeeded(await stack.destroy());
    assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
  });

  it("that takes calls and never answers is named by the preview, after the time of its live checks and a second try", async () => {
    // Two tries: the shortest time in which one follows another.
    const line = await through(0, { wait: { ...WITHOUT_NODES.wait, preflight: 15 } });
    line.silence(true);
    const { code, text } = await stack.preview();
    assert.notEqual(code, 0, text);
    assert.match(text, /cluster "cluster2": API server cannot be reached: no answer within 15 s \(tried 2 times\);/);
    assert.doesNotMatch(text, /- cluster "cluster1"/);
  });

  it("that goes silent in the middle of up ends it with the cluster's name, and the next up goes on", async () => {
    const line = await through(0);
    const run = await frozenAt(
      stack,
      "up",
      haveEnded("clustermesh-cluster1-original-config", "clustermesh-cluster2-original-config"),
    );
    line.silence(true);
    const begin = Date.now();
    const { code, text } = await run.goOn();
    process.stdout.write(`silent: up ended after ${String(Math.round((Date.now() - begin) / 1000))} s\n`);
    line.silence(false);
    assert.notEqual(code, 0, text);
    assert.match(text, /cluster2-(etcd-server|rollout|peers)/);
    assert.match(text, /connection lost|timeout|no answer|deadline/i);
    await assertKept(stack, first);
    succeeded(await stack.up());
    await assertMeshed(clusters);
    succeeded(await stack.destroy());
    assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
  });
});
