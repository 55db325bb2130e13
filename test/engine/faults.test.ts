import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { frozenAt } from "../support/frozenRun";
import { meshConfig } from "../support/meshConfig";
import { succeeded, type PulumiStack } from "../support/pulumi";
import { snapshot, versions } from "../support/snapshot";
import { engine, labClusters } from "./support/engine";
import { assertKept, assertMeshed, haveEnded } from "./support/kept";
import { newStack } from "./support/newStack";

/** A server of a control plane that goes away in the middle, and what is said about it. */
interface Server {
  readonly what: string;
  readonly stop: (cluster: LabCluster) => Promise<void>;
  readonly start: (cluster: LabCluster) => Promise<void>;
  readonly words: RegExp;
}

const SERVERS: readonly Server[] = [
  {
    what: "an API server",
    stop: ({ apiServer }) => apiServer.stop(),
    start: ({ apiServer }) => apiServer.start(),
    words: /refused|hang up|reset/i,
  },
  {
    what: "the etcd of an API server",
    stop: ({ apiEtcd }) => apiEtcd.stop(),
    start: async ({ apiEtcd, apiServer }) => {
      await apiEtcd.start();
      // Runs already, and is waited for until it answers again.
      await apiServer.start();
    },
    words: /etcd|time|unavailable|refused/i,
  },
];

describe("a control plane that goes away", function () {
  this.timeout("10m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let second: LabCluster;
  let untouched: readonly object[];

  before(async () => {
    ({ stack, clusters, untouched } = await newStack("faults", 2));
    [first = assert.fail(), second = assert.fail()] = clusters;
  });

  for (const { what, stop, start, words } of SERVERS) {
    it(`(${what}) in the middle of up is named, the other cluster's work is kept, and the next up goes on`, async () => {
      const run = await frozenAt(stack, "up", haveEnded("cluster1-config", "cluster2-config"));
      assert.ok(!haveEnded("cluster2-peers")(run.steps));
      await stop(second);
      try {
        const { code, text } = await run.goOn();
        assert.notEqual(code, 0, text);
        assert.match(text, /cluster2-(etcd-server|settled|peers)/);
        assert.match(text, words);
        await assertKept(stack, first);
      } finally {
        await start(second);
      }
      succeeded(await stack.up());
      await assertMeshed(clusters);
      succeeded(await stack.up("--expect-no-changes"));
    });

    it(`(${what}) in the middle of destroy is named, the other cluster's work is kept, and the next destroy goes on`, async () => {
      const run = await frozenAt(stack, "destroy", haveEnded("cluster1-peers", "cluster2-peers"));
      assert.ok(!haveEnded("cluster2-settled")(run.steps));
      await stop(second);
      try {
        const { code, text } = await run.goOn();
        assert.notEqual(code, 0, text);
        assert.match(text, /cluster2-(etcd-server|settled)/);
        assert.match(text, words);
        await assertKept(stack, first, "settled");
      } finally {
        await start(second);
      }
      succeeded(await stack.destroy());
      assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
    });
  }
});

describe("two ups at once", function () {
  this.timeout("5m");

  it("are one: the backend refuses the second, which says so and writes nothing", async () => {
    const clusters = await labClusters(2);
    const untouched = await Promise.all(clusters.map(snapshot));
    const stack = (await engine()).workstation.stack("twice");
    await stack.init(meshConfig(clusters));
    const first = await frozenAt(stack, "up", haveEnded("cluster1-originals"));
    const seen = async () => ({ objects: await Promise.all(clusters.map(versions)), state: await stack.export() });
    const before = await seen();
    const second = await stack.up();
    assert.notEqual(second.code, 0, second.text);
    assert.match(
      second.text,
      /the stack is currently locked by 1 lock\(s\)\. Either wait for the other process\(es\) to end or delete the lock file with `pulumi cancel`/,
    );
    assert.deepEqual(second.steps, []);
    assert.deepEqual(await seen(), before);
    succeeded(await first.goOn());
    await assertMeshed(clusters);
    succeeded(await stack.up("--expect-no-changes"));
    succeeded(await stack.destroy());
    assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
  });
});
