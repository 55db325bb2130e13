import type { LabCluster } from "../../../lab";

/** A cluster of the lab as a user would write it down: with clustermesh-apiserver, two facts are all. */
export function clusterConfig(cluster: LabCluster): Readonly<Record<string, unknown>> {
  const facts = { id: cluster.id, context: cluster.context };
  if (cluster.mode !== "kvstore") return facts;
  return {
    ...facts,
    etcd: { endpoints: [cluster.ciliumEtcd.endpoint] },
    podCIDRs: cluster.podCIDRs,
    nodeCIDRs: cluster.nodeCIDRs,
  };
}

/** A configuration with one cluster more, or another in its place. */
export function withMember(
  config: Readonly<Record<string, unknown>>,
  name: string,
  member: object,
): Readonly<Record<string, unknown>> {
  return { ...config, clusters: { ...(config["clusters"] as object), [name]: member } };
}

/** Settings that a lab without nodes needs: nothing rolls out there, and no agent can be asked. */
export const WITHOUT_NODES = { wait: { rollout: false, check: false } } as const;

/** The same, with no look at the live clusters before a run. */
export const WITHOUT_PREFLIGHT = { wait: { preflight: false, rollout: false, check: false } } as const;

/** What {@link meshConfig} allows, and more. */
export const allowing = (...more: readonly string[]) => ({ allow: ["overwriteConflicts", ...more] });

/** The configuration of a stack over clusters of a lab. */
export function meshConfig(
  clusters: readonly LabCluster[],
  extra: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const members = Object.fromEntries(clusters.map((cluster) => [cluster.name, clusterConfig(cluster)]));
  return { clusters: members, ...allowing(), ...WITHOUT_NODES, ...extra };
}
