import { parseEndpoint, type Endpoint } from "./endpoint";

/** How many clusters a mesh can have: `max-connected-clusters`, fixed when Cilium is installed and equal in the whole mesh. */
export type MaxConnectedClusters = 255 | 511;

/** A cluster's own etcd, as its peers reach it. */
export interface EtcdSpec {
  /** `https://host:port`, at least one. */
  readonly endpoints: readonly string[];
  /** Host names of the endpoints with the addresses behind them, for names that the peers' DNS does not know. */
  readonly hostAliases?: Readonly<Record<string, readonly string[]>>;
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
export interface Member extends ClusterSpec {
  readonly name: string;
}

/** The members by name. The order of the configuration must not matter, or moving a line would change every checksum. */
export function membersOf(clusters: Readonly<Record<string, ClusterSpec>>): readonly Member[] {
  return Object.entries(clusters)
    .map(([name, cluster]) => ({ name, ...cluster }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The endpoints of a cluster that could be read. The others are the validation's business. */
export function endpointsOf(urls: readonly string[]): readonly Endpoint[] {
  return urls.flatMap((url) => {
    const parsed = parseEndpoint(url);
    return parsed.ok ? [parsed.endpoint] : [];
  });
}
