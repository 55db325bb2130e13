import type { Reader } from "./readers";

/** Why a peer cannot be reached or is refused, in a sentence, and what to do about it. */
export interface Cause {
  readonly sentence: string;
  readonly fix: string;
}

/** A text that Cilium prints, and what it means. `$1` and so on are its groups, `$peer` is the peer, `$reader` what reads it. */
export interface Sign extends Cause {
  readonly pattern: RegExp;
}

const FROM_NOW = "certificates are valid from the moment at which pulumi up issues them, not before";
const CLOCK = `set the clock of this cluster's nodes, which are behind: ${FROM_NOW}`;
const THEIR_CLOCK = `renew it (pulumi up), or set the clock of the nodes of that etcd, should it be behind: ${FROM_NOW}`;
const OTHER_CA =
  "with authority generated: give the etcd of $peer the Secret clustermesh-etcd-server; with adopted: give the CA that signs its certificate";
const TRUST =
  "let the etcd of $peer trust (--trusted-ca-file) the CA of this stack, and restart it: it reads that file once";

const NOT_CONFIGURED: Sign = {
  pattern: /❌ Configuration not found/,
  sentence: "$reader has no configuration of $peer",
  fix: "see whether $mounts, and wait a minute for the kubelet",
};

/** What `cilium-dbg troubleshoot clustermesh` prints of a peer (`pkg/kvstore/etcd_debug.go`), the most telling first. */
const TROUBLES: readonly Sign[] = [
  NOT_CONFIGURED,
  {
    pattern: /❌ Invalid cluster name: (.*)/,
    sentence: "$peer is no name that Cilium allows ($1)",
    fix: "rename the cluster",
  },
  {
    pattern: /❌ (?:Cannot parse etcd configuration|Could not parse Cilium config): (.*)/,
    sentence: "$reader cannot read its configuration of $peer ($1)",
    fix: "see whether the Secret with the peer files is complete (pulumi up --refresh)",
  },
  {
    pattern: /❌ Cannot resolve hostname: (.*)/,
    sentence: "the name of the etcd of $peer cannot be resolved ($1)",
    fix: "add etcd.hostAliases for it (Cilium 1.20), or a name that the nodes' DNS knows",
  },
  {
    pattern: /❌ Cannot establish TCP connection to (\S+): .*connection refused/,
    sentence: "nothing listens at $1, the etcd of $peer (connection refused)",
    fix: "see whether that etcd runs, and whether etcd.endpoints names its client port",
  },
  {
    pattern:
      /❌ Cannot establish TCP connection to (\S+): .*(i\/o timeout|deadline exceeded|no route to host|unreachable)/,
    sentence: "no packets reach $1, the etcd of $peer ($2)",
    fix: "open that port between the clusters: firewalls, security groups, routes",
  },
  {
    pattern: /❌ Cannot establish TLS connection to (\S+): .*certificate signed by unknown authority/,
    sentence:
      "the certificate of the etcd at $1 is signed by another CA than the one that the peers of $peer were given",
    fix: OTHER_CA,
  },
  {
    pattern:
      /❌ Cannot establish TLS connection to (\S+): .*certificate has expired or is not yet valid: (current time \S+ is after \S+)/,
    sentence: "the certificate of the etcd at $1 has expired or is not yet valid ($2)",
    fix: "renew it (pulumi up)",
  },
  {
    pattern:
      /❌ Cannot establish TLS connection to (\S+): .*certificate has expired or is not yet valid: (current time \S+ is before \S+)/,
    sentence: "the certificate of the etcd at $1 has expired or is not yet valid ($2)",
    fix: CLOCK,
  },
  {
    pattern:
      /❌ Cannot establish TLS connection to (\S+): .*x509: (certificate is (?:not )?valid for .*|cannot validate certificate for .*)/,
    sentence: "the certificate of the etcd at $1 is for another name ($2)",
    fix: "issue it for the host of etcd.endpoints, or dial it by a name that it carries (etcd.hostAliases)",
  },
  {
    pattern:
      /client certificate is not signed by any acceptable CA|remote error: tls: unknown (?:certificate )?authority/,
    sentence: "the etcd of $peer does not trust the CA that signed this cluster's client certificate",
    fix: TRUST,
  },
  {
    pattern: /remote error: tls: expired certificate/,
    sentence:
      "the etcd of $peer refuses this cluster's client certificate, which it takes for expired or not yet valid",
    fix: THEIR_CLOCK,
  },
  {
    pattern: /❌ TLS client authentication failed: (.*)/,
    sentence: "the etcd of $peer refuses this cluster's client certificate ($1)",
    fix: TRUST,
  },
  {
    pattern: /⚠️ No available TLS client certificates/,
    sentence: "$reader has no client certificate for the etcd of $peer",
    fix: "see whether the Secret with the peer files is complete (pulumi up --refresh)",
  },
  {
    pattern: /❌ Cannot establish TLS connection to (\S+): (.*)/,
    sentence: "no TLS connection to $1, the etcd of $peer ($2)",
    fix: "see whether that port speaks TLS, and with which certificate",
  },
  {
    pattern: /❌ Cannot establish TCP connection to (\S+): (.*)/,
    sentence: "no connection to $1, the etcd of $peer ($2)",
    fix: "see whether etcd.endpoints is right, and what lies between",
  },
  {
    pattern: /❌ Failed to retrieve key from etcd: .*permission denied/,
    sentence: "the etcd of $peer lets this cluster's user read nothing of Cilium",
    fix: "grant the role of that user the four prefixes of Cilium, and see whether the certificate's CN is the user's name",
  },
  {
    pattern: /❌ Failed to (?:retrieve key from etcd|establish connection): (.*)/,
    sentence: "the etcd of $peer does not answer ($1)",
    fix: "see whether it is healthy and has a leader",
  },
];

const UNIQUE =
  "set cluster-id in cilium-config of the cluster that has the wrong one, restart its operator and agents, or leave it to pulumi up";

/** What an agent logs of a peer (`pkg/clustermesh`): it reports nowhere else that it refuses one. */
const REFUSED: readonly Sign[] = [
  {
    pattern: /clusterID (\d+) is assigned to the local cluster/,
    sentence: "$peer says that its id is $1, which is this cluster's own: the agent refuses it as a duplicate id",
    fix: UNIQUE,
  },
  {
    pattern: /clusterID (\d+) is already used/,
    sentence: "$peer says that its id is $1, which another peer has: the agent refuses it as a duplicate id",
    fix: UNIQUE,
  },
  {
    pattern: /mismatched MaxConnectedClusters; local=(\d+), remote=(\d+)/,
    sentence: "this cluster was installed for $1 clusters, and $peer for $2 (max-connected-clusters)",
    fix: "install all clusters of a mesh with the same",
  },
];

const UNCONFIGURED: readonly Sign[] = [
  {
    pattern: /failed to retrieve cluster configuration: .*permission denied/,
    sentence: "this cluster's user may not read cilium/cluster-config/$peer in the etcd of $peer",
    fix: "grant its role the prefix cilium/cluster-config/$peer, and the three others",
  },
  {
    pattern: /failed to retrieve cluster configuration: not found/,
    sentence: "the etcd of $peer has no cilium/cluster-config/$peer",
    fix: "cilium-operator of $peer, or its clustermesh-apiserver, writes it: see whether it runs, with that name and an id, and against that etcd",
  },
];

/** What `cilium-dbg troubleshoot clustermesh` prints in an agent that reads the cache of KVStoreMesh: it dials the etcd of its own cluster's clustermesh-apiserver, whatever the peer. */
const CACHE_TROUBLES: readonly Sign[] = [
  NOT_CONFIGURED,
  {
    pattern: /❌ ([^\n]+)/,
    sentence: "the cache of this cluster's own clustermesh-apiserver cannot be read ($1)",
    fix: "see its pods and its Service, and the Secrets clustermesh-apiserver-local-cert and clustermesh-apiserver-server-cert",
  },
];

const CACHE_LOGGED: readonly Sign[] = [
  ...REFUSED,
  {
    pattern: /failed to retrieve cluster configuration: ([^"\n]*)/,
    sentence: "the cache of this cluster's own clustermesh-apiserver has nothing of $peer for it ($1)",
    fix: "see the log of its container kvstoremesh, and whether Secret clustermesh-apiserver-local-cert is for the user local-<this cluster's name>",
  },
];

/** The signs of each reader: in what troubleshoot prints, and in its log. */
export const SIGNS: Readonly<Record<Reader, { readonly troubles: readonly Sign[]; readonly logged: readonly Sign[] }>> =
  {
    agent: { troubles: TROUBLES, logged: [...REFUSED, ...UNCONFIGURED] },
    kvstoremesh: { troubles: TROUBLES, logged: UNCONFIGURED },
    agentOfCache: { troubles: CACHE_TROUBLES, logged: CACHE_LOGGED },
  };
