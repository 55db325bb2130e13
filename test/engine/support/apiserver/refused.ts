import assert from "node:assert/strict";
import type { LabCluster } from "../../../../lab";
import { versions } from "../../../support/kubernetes/snapshot";
import type { PulumiStack } from "../../../support/stacks/pulumi";

const NAMESPACE = ["-n", "kube-system"];

/** A preview and an `up` are refused with these lines, and nothing is written. */
export async function assertRefused(
  stack: PulumiStack,
  clusters: readonly LabCluster[],
  ...lines: readonly RegExp[]
): Promise<void> {
  const written = await Promise.all(clusters.map(versions));
  for (const { code, text } of [await stack.preview(), await stack.up()]) {
    assert.notEqual(code, 0, text);
    for (const line of lines) assert.match(text, line);
  }
  assert.deepEqual(await Promise.all(clusters.map(versions)), written);
}

/** Changes an object in the name of Helm. */
export const patched = (cluster: LabCluster, object: string, body: object) =>
  cluster.run(["patch", object, ...NAMESPACE, "--type=merge", "--patch", JSON.stringify(body), "--field-manager=helm"]);

/** Does something while an object is not there, and makes it again. */
export async function without(cluster: LabCluster, object: string, work: () => Promise<void>): Promise<void> {
  const { stdout } = await cluster.run(["get", object, ...NAMESPACE, "-o", "json"]);
  await cluster.run(["delete", object, ...NAMESPACE, "--cascade=foreground"]);
  try {
    await work();
  } finally {
    const { metadata, ...rest } = JSON.parse(stdout) as Readonly<Record<string, object>>;
    const { name, labels, annotations } = metadata as Readonly<Record<string, unknown>>;
    const stdin = JSON.stringify({ ...rest, metadata: { name, namespace: "kube-system", labels, annotations } });
    await cluster.run(["create", "--field-manager=helm", "--filename=-"], { stdin });
  }
}
