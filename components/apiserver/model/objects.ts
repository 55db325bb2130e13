/** The Deployment of the clustermesh-apiserver and its Service have one name, which the chart does not let anybody change. */
export const APISERVER = "clustermesh-apiserver";

/** The Secrets that the chart makes around it. */
export const APISERVER_SECRETS = {
  /** Certificate and key of the authority that has signed the others. */
  ca: "cilium-ca",
  /** What its etcd shows, and whom it trusts. */
  server: "clustermesh-apiserver-server-cert",
  /** As whom its own containers write to that etcd. */
  admin: "clustermesh-apiserver-admin-cert",
  /** As whom agents read the cache of KVStoreMesh. */
  local: "clustermesh-apiserver-local-cert",
  /** As whom peers may log in to it, all of them alike. */
  remote: "clustermesh-apiserver-remote-cert",
} as const;

/** The certificate of Hubble's servers, which is for the cluster's name. */
export const HUBBLE_SECRET = "hubble-server-certs";

/** ConfigMap with the users that peers log in to its etcd as. Its pods mount it under this name, and do not start without it. */
export const REMOTE_USERS = "clustermesh-remote-users";

/** The containers of the Deployment. */
export const APISERVER_CONTAINERS = {
  etcd: "etcd",
  /** Publishes the cluster's state. The chart leaves it out where identities are in a kvstore. */
  apiserver: "apiserver",
  /** Reads the peers' states. Optional. */
  kvstoremesh: "kvstoremesh",
} as const;

/** CN of the certificate as which its own containers write to its etcd, and of the one with which agents read its cache. */
export const adminCommonName = (cluster: string): string => `admin-${cluster}`;
export const localCommonName = (cluster: string): string => `local-${cluster}`;

/** What the preflight reads of it in the namespace of Cilium, with resource as kubectl takes it. */
const READ: readonly (readonly [resource: string, name: string])[] = [
  ["deployments", APISERVER],
  ["services", APISERVER],
  ...(["ca", "server", "admin", "local", "remote"] as const).map((key) => ["secrets", APISERVER_SECRETS[key]] as const),
  ["secrets", HUBBLE_SECRET],
  ["configmaps", REMOTE_USERS],
];

/** These as `resource/name`. */
export const APISERVER_OBJECTS: readonly string[] = READ.map((each) => each.join("/"));

/** These as API server is asked whether a user may read them. */
export const APISERVER_READS: readonly { readonly group: string; readonly resource: string; readonly name: string }[] =
  READ.map(([resource, name]) => ({ group: resource === "deployments" ? "apps" : "", resource, name }));
