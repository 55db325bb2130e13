import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { LabCluster } from "../../../lab";

interface Named {
  readonly name: string;
}

interface Kubeconfig {
  readonly clusters: readonly Named[];
  readonly contexts: readonly (Named & { readonly context: { readonly cluster: string; readonly user: string } })[];
  readonly users: readonly (Named & { readonly user: object })[];
}

/** A kubeconfig of one cluster of the lab as people have it, with a token beside the client's key; kubectl sends both. */
export function kubeconfigOf(cluster: LabCluster, token: string): string {
  const { clusters, contexts, users, ...rest } = JSON.parse(readFileSync(cluster.kubeconfig, "utf8")) as Kubeconfig;
  const context = contexts.find(({ name }) => name === cluster.context);
  assert.ok(context);
  return JSON.stringify({
    ...rest,
    "current-context": context.name,
    contexts: [context],
    clusters: clusters.filter(({ name }) => name === context.context.cluster),
    users: users
      .filter(({ name }) => name === context.context.user)
      .map((each) => ({ ...each, user: { ...each.user, token } })),
  });
}
