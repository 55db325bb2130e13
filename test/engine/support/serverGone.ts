import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import { snapshot } from "../../support/kubernetes/snapshot";
import { frozenAt } from "../../support/stacks/frozenRun";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { assertKept, assertMeshed, haveEnded } from "./kept";
import { newPair } from "./newStack";

/** A server of a control plane that goes away in the middle, and what is said about it. */
export interface Server {
  readonly what: string;
  readonly stop: (cluster: LabCluster) => Promise<void>;
  readonly start: (cluster: LabCluster) => Promise<void>;
  readonly words: RegExp;
}

export const API_SERVER: Server = {
  what: "an API server",
  stop: ({ apiServer }) => apiServer.stop(),
  start: ({ apiServer }) => apiServer.start(),
  words: /refused|hang up|reset/i,
};

export const API_ETCD: Server = {
  what: "the etcd of an API server",
  stop: ({ apiEtcd }) => apiEtcd.stop(),
  start: async ({ apiEtcd, apiServer }) => {
    await apiEtcd.start();
    // Runs already, and is waited for until it answers again.
    await apiServer.start();
  },
  words: /etcd|time|unavailable|refused/i,
};

/** A server that goes away in the middle of an up and of a destroy, as a suite. */
export function describeServerGone({ what, stop, start, words }: Server): void {
  describe("a control plane that goes away", function () {
    this.timeout("10m");
    let stack: PulumiStack;
    let clusters: readonly LabCluster[];
    let first: LabCluster;
    let second: LabCluster;
    let untouched: readonly object[];

    before(async () => {
      ({ stack, clusters, untouched, first, second } = await newPair("faults"));
    });

    it(`(${what}) in the middle of up is named, the other cluster's work is kept, and the next up goes on`, async () => {
      const run = await frozenAt(
        stack,
        "up",
        haveEnded("clustermesh-cluster1-original-config", "clustermesh-cluster2-original-config"),
      );
      assert.ok(!haveEnded("clustermesh-cluster2-peers")(run.steps));
      await stop(second);
      try {
        const { code, text } = await run.goOn();
        assert.notEqual(code, 0, text);
        assert.match(text, /cluster2-(etcd-server|rollout|peers)/);
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
      const run = await frozenAt(
        stack,
        "destroy",
        haveEnded("clustermesh-cluster1-peers", "clustermesh-cluster2-peers"),
      );
      assert.ok(!haveEnded("clustermesh-cluster2-rollout")(run.steps));
      await stop(second);
      try {
        const { code, text } = await run.goOn();
        assert.notEqual(code, 0, text);
        assert.match(text, /cluster2-(objects|etcd-server|rollout)/);
        assert.match(text, words);
        await assertKept(stack, first, "destroy");
      } finally {
        await start(second);
      }
      succeeded(await stack.destroy());
      assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
    });
  });
}
