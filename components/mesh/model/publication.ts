/**
 * Where a cluster publishes its state for its peers. `kvstore`: in the etcd that its agents use, with identities there. `apiserver`: in the etcd of its
 * clustermesh-apiserver, with identities in CRDs.
 */
export type Publishes = "kvstore" | "apiserver";

/** Who reads the state of a cluster's peers. `direct`: its agents. `cached`: KVStoreMesh in its clustermesh-apiserver, whose cache the agents read. */
export type Reads = "direct" | "cached";

/** What a live cluster says of itself, for what is not written down. All of it is absent where nobody could tell. */
export interface Found {
  readonly publishes?: Publishes;
  readonly reads?: Reads;
  /** `https://host:port` of the Service of its clustermesh-apiserver, as peers dial it. */
  readonly endpoints?: readonly string[];
  /** The addresses behind the names in these. */
  readonly hostAliases?: Readonly<Record<string, readonly string[]>>;
  readonly podCIDRs?: readonly string[];
  readonly nodeCIDRs?: readonly string[];
}
