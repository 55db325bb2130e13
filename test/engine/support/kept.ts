import assert from "node:assert/strict";
import type { LabCluster } from "../../../lab";
import type { Step } from "../../support/events";
import { ciliumConfig, rollOutAnnotation, secretFiles } from "../../support/kubernetes/clusterObjects";
import type { PulumiStack } from "../../support/stacks/pulumi";
import { readState } from "../../support/stacks/stackState";

/** Whether the steps of all these resources have ended. */
export const haveEnded =
  (...names: readonly string[]) =>
  (ended: readonly Step[]): boolean =>
    names.every((name) => ended.some(({ urn }) => urn.endsWith(`::${name}`)));

/** Whether an object of kube-system is there. */
async function isThere(cluster: LabCluster, object: string): Promise<boolean> {
  const { stdout } = await cluster.run(["get", object, "-n", "kube-system", "--ignore-not-found", "-o", "name"]);
  return stdout !== "";
}

/**
 * What a run that failed elsewhere has done in this cluster is kept: what the state has is there, and what it has not is not. A `destroy` removes
 * Secrets with the command that comes after them, and the state forgets them only then.
 */
export async function assertKept(
  stack: PulumiStack,
  cluster: LabCluster,
  operation: "up" | "destroy" = "up",
): Promise<void> {
  const { urns } = readState(await stack.export());
  const inState = (resource: string) => urns.some((urn) => urn.endsWith(`::clustermesh-${cluster.name}-${resource}`));
  const live = {
    config: (await ciliumConfig(cluster))["cluster-name"] === cluster.name,
    agents: (await rollOutAnnotation(cluster, "daemonset/cilium")) !== "",
    operator: (await rollOutAnnotation(cluster, "deployment/cilium-operator")) !== "",
    server: await isThere(cluster, "secret/clustermesh-etcd-server"),
    peers: await isThere(cluster, "secret/cilium-clustermesh"),
  };
  assert.deepEqual(live, {
    config: inState("rollout"),
    agents: inState("rollout"),
    operator: inState("rollout"),
    server: inState("etcd-server") && (operation === "up" || inState("objects")),
    peers: inState("peers"),
  });
}

/** Every cluster has its name, and the files of every peer. */
export async function assertMeshed(clusters: readonly LabCluster[]): Promise<void> {
  for (const cluster of clusters) {
    assert.equal((await ciliumConfig(cluster))["cluster-name"], cluster.name);
    const files = Object.keys(await secretFiles(cluster, "cilium-clustermesh"));
    assert.deepEqual(
      clusters.filter(({ name }) => !files.includes(name)),
      [],
    );
  }
}
