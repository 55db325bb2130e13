import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { succeeded, type PulumiStack, type Run } from "../support/pulumi";
import { CONFIG_WEBHOOK, POLICY, QUOTA, WEBHOOK, whileRefused } from "../support/refusals";
import { snapshot } from "../support/snapshot";
import { readState } from "../support/stackState";
import { assertKept, assertMeshed } from "./support/kept";
import { newStack } from "./support/newStack";

describe("a cluster that refuses writes", function () {
  this.timeout("10m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let first: LabCluster;
  let second: LabCluster;
  let untouched: readonly object[];

  before(async () => {
    ({ stack, clusters, untouched } = await newStack("refused", 2));
    [first = assert.fail(), second = assert.fail()] = clusters;
  });

  function failed({ code, text }: Run, ...lines: readonly RegExp[]): void {
    assert.notEqual(code, 0, text);
    for (const line of lines) {
      assert.match(text, line);
    }
  }

  const CASES = [
    { refusal: WEBHOOK, resource: /\(cluster2-(config|etcd-server)\)/ },
    { refusal: QUOTA, resource: /\(cluster2-(etcd-server|peers)\)/ },
    { refusal: POLICY, resource: /\(cluster2-config\)/ },
  ] as const;

  for (const { refusal, resource } of CASES) {
    it(`by ${refusal.what} is named in its server's words, and the next up goes on`, async () => {
      await whileRefused(second, refusal, async () => {
        failed(await stack.up(), resource, refusal.words);
        await assertKept(stack, first);
      });
      succeeded(await stack.up());
      await assertMeshed(clusters);
      succeeded(await stack.up("--expect-no-changes"));
      succeeded(await stack.destroy());
      assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
    });
  }

  for (const refusal of [CONFIG_WEBHOOK, POLICY]) {
    it(`by ${refusal.what} during destroy keeps its originals in the state until they can be written back`, async () => {
      succeeded(await stack.up());
      await whileRefused(second, refusal, async () => {
        failed(await stack.destroy(), /cluster "cluster2": /, refusal.words);
        await assertKept(stack, first, "settled");
        const recorded = String(readState(await stack.export()).outputsOf("cluster2-originals")["stdout"]);
        const { config } = JSON.parse(recorded) as {
          readonly config: Readonly<Record<string, { readonly value: string }>>;
        };
        assert.deepEqual([config["cluster-name"]?.value, config["cluster-id"]?.value], ["default", "0"]);
      });
      succeeded(await stack.destroy());
      assert.deepEqual(await Promise.all(clusters.map(snapshot)), untouched);
    });
  }
});
