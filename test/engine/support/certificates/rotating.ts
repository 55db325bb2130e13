import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { LabCluster } from "../../../../lab";
import { serveWithIssuedCertificate } from "../../../support/etcdUsers/etcdServer";
import { changes } from "../../../support/events";
import { snapshots } from "../../../support/kubernetes/snapshot";
import { succeeded, type Run } from "../../../support/stacks/pulumi";
import { newStack, type NewStack } from "../newStack";

/** Restarts the etcds with the certificates that were issued for them. */
export async function serveIssued(clusters: readonly LabCluster[]): Promise<void> {
  for (const cluster of clusters) {
    await serveWithIssuedCertificate(cluster, await readFile(cluster.ciliumEtcd.caFile, "utf8"));
  }
}

/** A mesh with a generated authority, whose etcds have the certificates that were issued for them. */
export async function begin(name: string): Promise<NewStack> {
  const mesh = await newStack(name, 2);
  succeeded(await mesh.stack.up());
  await serveIssued(mesh.clusters);
  return mesh;
}

/** Takes the mesh away; the clusters are as they were found. */
export async function end({ stack, clusters, untouched }: NewStack): Promise<void> {
  succeeded(await stack.destroy());
  await Promise.all(clusters.map(({ ciliumEtcd }) => ciliumEtcd.restart(ciliumEtcd.ownTls)));
  assert.deepEqual(await snapshots(clusters), untouched);
}

/** The names of what a run replaces or would replace. */
export function replaced({ steps }: Run): readonly string[] {
  const ops = changes(steps).filter((change) => change.startsWith("replace "));
  return ops.map((change) => change.replace("replace ", "")).sort();
}

/** Preview and up both stop with this line, and nothing in the clusters is written. */
export async function assertRefused({ stack, clusters }: NewStack, ...lines: readonly RegExp[]): Promise<void> {
  const before = await snapshots(clusters);
  for (const run of [await stack.preview(), await stack.up()]) {
    assert.notEqual(run.code, 0, run.text);
    for (const line of lines) {
      assert.match(run.text, line);
    }
  }
  assert.deepEqual(await snapshots(clusters), before);
}
