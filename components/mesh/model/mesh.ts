import type { ClusterFacts } from "../../settings/model/cluster";
import type { MeshSettings } from "../../settings/model/settings";
import { parseEndpoint, type Endpoint } from "./endpoint";

/** How many clusters a mesh can have: `max-connected-clusters`, fixed when Cilium is installed and equal in the whole mesh. */
export type MaxConnectedClusters = MeshSettings["maxConnectedClusters"];

/** A cluster's own etcd, as its peers reach it. */
export type EtcdSpec = ClusterFacts["etcd"];

/** One cluster of the mesh as plain data. */
export type ClusterSpec = ClusterFacts;

/** The clusters that are not lost: the peers of the mesh. */
export function withoutLost<Each extends { readonly lost?: boolean }>(clusters: readonly Each[]): readonly Each[] {
  return clusters.filter(({ lost = false }) => !lost);
}

/** Everything about a mesh that can be checked before any cluster is touched. */
export interface MeshSpec extends Pick<MeshSettings, "maxConnectedClusters" | "allow"> {
  readonly clusters: Readonly<Record<string, ClusterSpec>>;
}

/** A cluster whose etcd is absent where it is not known yet. */
export type WithoutEtcd<Of extends { readonly etcd: unknown }> = Omit<Of, "etcd"> & { readonly etcd?: EtcdSpec };

/** A cluster with its name: the form in which the components use it. */
export interface Cluster extends ClusterSpec {
  readonly name: string;
}

/** What is written down of something, with its name. */
export type Named<T> = T & { readonly name: string };

/** The clusters, sorted by name. The order of the configuration must not matter, or moving a line would change every checksum. */
export function clustersOf<T extends object>(clusters: Readonly<Record<string, T>>): readonly Named<T>[] {
  return Object.entries(clusters)
    .map(([name, cluster]) => ({ name, ...cluster }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Where the program dials an etcd. */
export function adminEndpointsOf({ adminEndpoints, endpoints }: EtcdSpec): readonly string[] {
  return adminEndpoints ?? endpoints;
}

/** The endpoints of a cluster that could be read. The others are the validation's business. */
export function endpointsOf(urls: readonly string[]): readonly Endpoint[] {
  return urls.flatMap((url) => {
    const parsed = parseEndpoint(url);
    return parsed.ok ? [parsed.endpoint] : [];
  });
}
