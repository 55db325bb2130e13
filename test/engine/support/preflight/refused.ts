import assert from "node:assert/strict";
import type { LabCluster } from "../../../../lab";
import { snapshot } from "../../../support/kubernetes/snapshot";
import { whileRefused, type Refusal } from "../../../support/preflight/refusals";
import { succeeded, type PulumiStack, type Run } from "../../../support/stacks/pulumi";
import { readState } from "../../../support/stacks/stackState";
import { assertKept, assertMeshed } from "../kept";
import { newPair } from "../newStack";

/** A way in which a cluster refuses writes, and what is in the way of an up. */
export interface RefusedUp {
  readonly refusal: Refusal;
  /** The resource that the user's message names. */
  readonly resource: RegExp;
}

/** A cluster that refuses what an up or a destroy writes, as a suite. */
export function describeRefused(ups: readonly RefusedUp[], destroys: readonly Refusal[]): void {
  describe("a cluster that refuses writes", function () {
    this.timeout("10m");
    let stack: PulumiStack;
    let clusters: readonly LabCluster[];
    let first: LabCluster;
    let second: LabCluster;
    let untouched: readonly object[];

    before(async () => {
      ({ stack, clusters, untouched, first, second } = await newPair("refused"));
    });

    function failed({ code, text }: Run, ...lines: readonly RegExp[]): void {
      assert.notEqual(code, 0, text);
      for (const line of lines) {
        assert.match(text, line);
      }
    }

    for (const { refusal, resource } of ups) {
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

    for (const refusal of destroys) {
      it(`by ${refusal.what} during destroy keeps its originals in the state until they can be written back`, async () => {
        succeeded(await stack.up());
        await whileRefused(second, refusal, async () => {
          failed(await stack.destroy(), /cluster "cluster2": /, refusal.words);
          await assertKept(stack, first, "destroy");
          const recorded = String(
            readState(await stack.export()).outputsOf("clustermesh-cluster2-original-config")["stdout"],
          );
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
}
