import { parseEndpoint, type Endpoint } from "./endpoint";

/** How many clusters a mesh can have: `max-connected-clusters`, fixed when Cilium is installed and equal in the whole mesh. */
export type MaxConnectedClusters = 255 | 511;

/** A cluster's own etcd, as its peers reach it. */
export interface EtcdSpec {
  /** `https://host:port`, at least one. */
  readonly endpoints: readonly string[];
  /** Host names of the endpoints with the addresses behind them, for names that the peers' DNS does not know. */
  readonly hostAliases?: Readonly<Record<string, readonly string[]>>;
  /** How the program's own machine reaches it, to manage its users. @default the endpoints */
  readonly adminEndpoints?: readonly string[];
}

/** One cluster of the mesh as plain data: it decides what exists, so nothing in it may be an output. */
export interface ClusterSpec {
  /** Unique in the mesh, 1..{@link MeshSpec.maxConnectedClusters}. */
  readonly id: number;
  readonly etcd: EtcdSpec;
  /** Endpoints of the etcd behind this cluster's API server. Naming them here makes sure that no peer is ever given one. */
  readonly apiServerEtcd?: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  /**
   * It will never answer again. It is no peer of the others, and no step contacts it; its name, id and ranges stay taken until it is removed
   * from the configuration. @default false
   */
  readonly lost?: boolean;
}

/** The clusters that are not lost: the peers of the mesh. */
export function withoutLost<Each extends { readonly lost?: boolean }>(clusters: readonly Each[]): readonly Each[] {
  return clusters.filter(({ lost = false }) => !lost);
}

/** Everything about a mesh that can be checked before any cluster is touched. */
export interface MeshSpec {
  readonly clusters: Readonly<Record<string, ClusterSpec>>;
  readonly maxConnectedClusters: MaxConnectedClusters;
  /** Cilium's IPAM mode (`cluster-pool`, `kubernetes`, `eni`, …) where it restricts ids; read from the live clusters as well. */
  readonly ipamMode?: string;
  /** Where given, every PodCIDR of the mesh must lie inside one of them. */
  readonly nativeRoutingCIDRs?: readonly string[];
}

/** A cluster with its name: the form in which the components use it. */
export interface Cluster extends ClusterSpec {
  readonly name: string;
}

/** The clusters, sorted by name. The order of the configuration must not matter, or moving a line would change every checksum. */
export function clustersOf(clusters: Readonly<Record<string, ClusterSpec>>): readonly Cluster[] {
  return Object.entries(clusters)
    .map(([name, cluster]) => ({ name, ...cluster }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Where the program dials a cluster's etcd. */
export function adminEndpointsOf({ etcd }: { readonly etcd: EtcdSpec }): readonly string[] {
  return etcd.adminEndpoints ?? etcd.endpoints;
}

/** The endpoints of a cluster that could be read. The others are the validation's business. */
export function endpointsOf(urls: readonly string[]): readonly Endpoint[] {
  return urls.flatMap((url) => {
    const parsed = parseEndpoint(url);
    return parsed.ok ? [parsed.endpoint] : [];
  });
}
