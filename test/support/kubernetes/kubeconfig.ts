import { readFileSync } from "node:fs";
import { z } from "zod";
import type { LabCluster } from "../../../lab";

const named = z.object({ name: z.string() });

const schema = z
  .object({
    clusters: z.array(named.extend({ cluster: z.record(z.string(), z.unknown()) }).loose()),
    contexts: z.array(named.extend({ context: z.object({ cluster: z.string(), user: z.string() }).loose() }).loose()),
    users: z.array(named.extend({ user: z.record(z.string(), z.unknown()) }).loose()),
  })
  .loose();

type Part = Readonly<Record<string, unknown>>;

/**
 * A kubeconfig of one cluster of the lab, as people have it.
 *
 * @param change What is to be other than in the lab's own: how the server is reached, and as whom.
 */
export function kubeconfigOf(
  cluster: LabCluster,
  change: { readonly server?: Part; readonly user?: (own: Part) => Part },
): string {
  const all = schema.parse(JSON.parse(readFileSync(cluster.kubeconfig, "utf8")));
  const context = all.contexts.find(({ name }) => name === cluster.context);
  if (context === undefined) {
    throw new Error(`${cluster.kubeconfig} has no context ${cluster.context}`);
  }
  const { cluster: server, user: who } = context.context;
  return JSON.stringify({
    ...all,
    "current-context": context.name,
    contexts: [context],
    clusters: all.clusters
      .filter(({ name }) => name === server)
      .map((each) => ({ ...each, cluster: { ...each.cluster, ...change.server } })),
    users: all.users
      .filter(({ name }) => name === who)
      .map((each) => ({ ...each, user: change.user?.(each.user) ?? each.user })),
  });
}
