/**
 * Where a cluster publishes its state for its peers. `kvstore`: in the etcd that its agents use, with identities there. `apiserver`: in the etcd of its
 * clustermesh-apiserver, with identities in CRDs.
 */
export type Publishes = "kvstore" | "apiserver";

/** Who reads the state of a cluster's peers. `direct`: its agents. `cached`: KVStoreMesh in its clustermesh-apiserver, whose cache the agents read. */
export type Reads = "direct" | "cached";

/**
 * How the agents of a cluster get name and id. `set`: the program writes them, and rolls the agents. `asInstalled`: both are what they were installed
 * with, and nothing rolls.
 */
export type Identity = "set" | "asInstalled";

/**
 * The certificates with which peers log in to where a cluster publishes. `signed`: one for each of them, by the cluster's CA. `issued`: the one that its
 * installation has made for all of them, where nobody here has the CA's key.
 */
export type ClientCertificates = "signed" | "issued";

/** What goes with the place where a cluster publishes. Whatever depends on it is a row here, and asks for no mode anywhere else. */
export interface Publication {
  /** The group of settings with the way in. */
  readonly property: "etcd" | "apiserver";
  /** Whose CA the server's certificate is of, and its clients' have to be of. `ofMesh`: that of the setting `authority`. `ofCluster`: Secret `cilium-ca`. */
  readonly ca: "ofMesh" | "ofCluster";
  /** Where the users of its peers are. `etcd`: in etcd itself, with `etcdUsers: manage`. `configMap`: in ConfigMap `clustermesh-remote-users`. */
  readonly users: "etcd" | "configMap";
  /** How its agents can read their peers. */
  readonly readings: readonly Reads[];
  /** How its agents get name and id, where the live cluster has told nothing else. */
  readonly identity: Identity;
}

/** By where a cluster publishes. */
export const PUBLICATIONS: Readonly<Record<Publishes, Publication>> = {
  kvstore: { property: "etcd", ca: "ofMesh", users: "etcd", readings: ["direct"], identity: "set" },
  apiserver: {
    property: "apiserver",
    ca: "ofCluster",
    users: "configMap",
    readings: ["direct", "cached"],
    identity: "asInstalled",
  },
};

/**
 * Whether this program gives a clustermesh-apiserver its name: then that runs with certificates of this program's as well. A cluster of a kvstore has
 * none of its own.
 */
export const namesApiserver = ({
  publishes,
  identity,
}: {
  readonly publishes: Publishes;
  readonly identity: Identity;
}): boolean => publishes === "apiserver" && identity === "set";

/** Where a cluster publishes, by what is written down of it: so it decides which resources exist, whatever the live cluster says. */
export function publishesOf({ etcd }: { readonly etcd?: unknown }): Publishes {
  return etcd === undefined ? "apiserver" : "kvstore";
}

/** What a live cluster says of itself, for what is not written down. What nobody could tell is absent. */
export interface Found {
  /** How its agents get name and id, where it publishes through its clustermesh-apiserver. */
  readonly identity?: Identity;
  readonly reads?: Reads;
  /** What its CA can be used for; absent where it is of no use. */
  readonly clientCertificates?: ClientCertificates;
  /** By what its CA is known, where that signs: clusters with one CA take one certificate of a peer. */
  readonly ca?: string;
  /** `https://host:port` of the Service of its clustermesh-apiserver, as peers dial it. */
  readonly endpoints?: readonly string[];
  /** The addresses behind the names in these. */
  readonly hostAliases?: Readonly<Record<string, readonly string[]>>;
  readonly podCIDRs?: readonly string[];
  readonly nodeCIDRs?: readonly string[];
}
