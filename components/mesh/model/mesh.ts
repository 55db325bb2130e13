import { present } from "../../basics/model/own";
import type { ClusterFacts, EtcdSpec } from "../../settings/model/cluster";
import type { MeshSettings } from "../../settings/model/settings";
import { parseEndpoint, type Endpoint } from "./endpoint";
import {
  PUBLICATIONS,
  publishesOf,
  type ClientCertificates,
  type Found,
  type Identity,
  type Publishes,
  type Reads,
} from "./publication";

/** How many clusters a mesh can have: `max-connected-clusters`, fixed when Cilium is installed and equal in the whole mesh. */
export type MaxConnectedClusters = MeshSettings["maxConnectedClusters"];

export type { EtcdSpec };

/** What a cluster is in the mesh as it is written down: what is absent is what the live cluster says. */
export type WrittenCluster = ClusterFacts;

/** One cluster of the mesh as plain data. What nobody has told is an empty list. */
export interface ClusterSpec extends Pick<ClusterFacts, "id" | "apiServerEtcd" | "lost"> {
  readonly publishes: Publishes;
  readonly reads: Reads;
  readonly identity: Identity;
  readonly clientCertificates: ClientCertificates;
  /** By what its own CA is known; absent where that is the mesh's, is given, issues nothing here, or nobody has looked. */
  readonly ca?: string;
  /** The etcd that its peers dial: its own, or that of its clustermesh-apiserver. */
  readonly etcd: EtcdSpec;
  readonly podCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
}

/** A cluster as it is written down, with whatever is secret of it. */
type Written = Omit<WrittenCluster, "etcd" | "apiserver"> & {
  readonly etcd?: unknown;
  readonly apiserver?: { readonly ca?: unknown };
};

/** A cluster but for its etcd, with what was found of it. What is written down counts. */
export function completed(
  { id, apiServerEtcd, lost, ...written }: Written,
  found: Found = {},
): Omit<ClusterSpec, "etcd"> {
  const publishes = publishesOf(written);
  const isFound = PUBLICATIONS[publishes].ca === "ofCluster" && written.apiserver?.ca === undefined;
  const clientCertificates = (isFound ? found.clientCertificates : undefined) ?? "signed";
  return {
    id,
    ...present({ apiServerEtcd, lost }),
    publishes,
    identity: (publishes === "apiserver" ? found.identity : undefined) ?? PUBLICATIONS[publishes].identity,
    clientCertificates,
    ...present({ ca: isFound && clientCertificates === "signed" ? found.ca : undefined }),
    // Of a lost one nobody knows any more, and what may be there is named.
    reads: written.reads ?? found.reads ?? (lost === true && publishes === "apiserver" ? "cached" : "direct"),
    podCIDRs: written.podCIDRs ?? found.podCIDRs ?? [],
    nodeCIDRs: written.nodeCIDRs ?? found.nodeCIDRs ?? [],
  };
}

/** The etcd of a cluster's clustermesh-apiserver. Endpoints that are written down do without the aliases that were found. */
export function apiserverEtcd({ apiserver = {} }: Pick<WrittenCluster, "apiserver">, found: Found = {}): EtcdSpec {
  const { endpoints, hostAliases } = apiserver;
  const aliases = hostAliases ?? (endpoints === undefined ? found.hostAliases : undefined);
  return { endpoints: endpoints ?? found.endpoints ?? [], ...present({ hostAliases: aliases }) };
}

/** The clusters that are not lost: the peers of the mesh. */
export function withoutLost<Each extends { readonly lost?: boolean }>(clusters: readonly Each[]): readonly Each[] {
  return clusters.filter(({ lost = false }) => !lost);
}

/** Everything about a mesh that can be checked before any cluster is touched. */
export interface MeshSpec extends Pick<MeshSettings, "maxConnectedClusters" | "allow"> {
  readonly clusters: Readonly<Record<string, ClusterSpec>>;
}

/** What a live cluster may have to tell. */
type Told = Pick<ClusterSpec, "etcd" | "podCIDRs" | "nodeCIDRs">;

/** A cluster of which that is absent what is not known yet. */
export type PartlyKnown<Of extends Told> = Omit<Of, keyof Told> & Partial<Told>;

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
