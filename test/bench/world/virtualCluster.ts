import { allowing, WITHOUT_NODES } from "../../support/stacks/meshConfig";

/** The most that Cilium connects without being told to. */
export const MAX_CLUSTERS = 255;

/** A cluster of the bench: a number, and all that follows from it. */
export interface VirtualCluster {
  readonly number: number;
  /** Its name, and that of its kubeconfig context. */
  readonly name: string;
  /** Its API server. */
  readonly server: string;
}

/** The cluster of a number, from 1. */
export function virtualCluster(number: number, server: string): VirtualCluster {
  return { number, name: `c${String(number).padStart(3, "0")}`, server };
}

/** A busy machine is slow and no unreachable cluster; the limit itself costs nothing. */
const LOCAL = { ...allowing(), wait: { ...WITHOUT_NODES.wait, preflight: 60 } } as const;

/** What peers have to know of a cluster; ranges inside 10.0.0.0/8, as those of the lab's clusters. */
function facts({ number }: VirtualCluster, moved = false): Readonly<Record<string, unknown>> {
  const network = `10.${String(number)}`;
  return {
    id: number,
    etcd: { endpoints: [`https://${network}.128.${moved ? "3" : "2"}:2379`] },
    podCIDRs: [`${network}.0.0/17`],
    nodeCIDRs: [`${network}.128.0/24`],
  };
}

/**
 * The configuration of a mesh of these clusters.
 *
 * @param moved A cluster whose etcd has another address than it had.
 */
export function meshOf(clusters: readonly VirtualCluster[], moved?: string): Readonly<Record<string, unknown>> {
  const members = clusters.map((cluster) => {
    const { name } = cluster;
    return [name, { context: name, ...facts(cluster, name === moved) }] as const;
  });
  return { clusters: Object.fromEntries(members), ...LOCAL };
}

/** The configuration of the authority stack of a mesh of these clusters. */
export function authorityOf(clusters: readonly VirtualCluster[]): Readonly<Record<string, unknown>> {
  const members = clusters.map((cluster) => [cluster.name, facts(cluster)] as const);
  return { role: "authority", clusters: Object.fromEntries(members) };
}

/** The configuration of the cluster stack of one cluster, whose authority stack has this name. */
export function memberOf({ name }: VirtualCluster, authorityStack: string): Readonly<Record<string, unknown>> {
  return {
    role: "cluster",
    authorityStack: `organization/clustermesh/${authorityStack}`,
    clusters: { [name]: { context: name } },
    ...LOCAL,
  };
}

/** A kubeconfig with a context for each cluster. */
export function kubeconfigOf(clusters: readonly VirtualCluster[]): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "",
    clusters: clusters.map(({ name, server }) => ({ name, cluster: { server } })),
    users: clusters.map(({ name }) => ({ name, user: {} })),
    contexts: clusters.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  });
}
