import { warning, type Diagnostic } from "../../mesh/model/diagnostic";
import type { LiveCluster } from "./liveCluster";

/**
 * How many connections from peers' agents one etcd may have to serve before a warning. In kvstore mode an etcd serves every agent of its own
 * cluster, and the largest cluster that Kubernetes supports has 5000 nodes: so many clients an etcd is known to bear. Past that it has more
 * to do for its peers than any cluster would ever ask of it for itself: every change of a pod goes to each of these connections.
 */
const CONNECTIONS_WARNING = 5000;

/** The connections that one cluster's etcd serves from agents of other clusters. */
export interface Served {
  readonly cluster: string;
  readonly connections: number;
  /** Peers whose agents were counted. Each of the others is taken to have as many as those have on average. */
  readonly counted: number;
  readonly peers: number;
}

/**
 * What the agents of a mesh ask of each etcd: every agent of every cluster that reads its peers itself has a connection to the etcd of every other,
 * and so has every replica with a cache.
 *
 * @param clusters The clusters that are there.
 * @param agents How many read peers in those that could be asked: see {@link agentCounts}.
 */
export function servedConnections(clusters: readonly string[], agents: ReadonlyMap<string, number>): readonly Served[] {
  const known = clusters.flatMap((name) => agents.get(name) ?? []);
  const average = known.length === 0 ? 0 : known.reduce((sum, n) => sum + n, 0) / known.length;
  const total = clusters.reduce((sum, name) => sum + (agents.get(name) ?? average), 0);
  return clusters.map((cluster) => {
    const own = agents.get(cluster);
    return {
      cluster,
      connections: Math.round(total - (own ?? average)),
      counted: known.length - (own === undefined ? 0 : 1),
      peers: clusters.length - 1,
    };
  });
}

/**
 * How many of a cluster read its peers, where that is shown: its agents, or in their place the replicas of its clustermesh-apiserver, whose cache they
 * read.
 *
 * @param replicas Of the clusters whose agents read a cache, by name.
 */
export function agentCounts(
  live: ReadonlyMap<string, LiveCluster>,
  replicas: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const counted = [...live].flatMap(([name, cluster]) => {
    const agents = cluster.kind === "reachable" ? cluster.agent?.count : undefined;
    const count = replicas.get(name) ?? agents;
    return count === undefined ? [] : [[name, count] as const];
  });
  return new Map(counted);
}

/**
 * The warning of a direct mesh that has outgrown its etcds: one line, about the etcd that serves most of those whose clusters could be asked.
 *
 * @param from From how many connections on.
 */
export function connectionsWarning(
  clusters: readonly string[],
  agents: ReadonlyMap<string, number>,
  from = CONNECTIONS_WARNING,
): readonly Diagnostic[] {
  const [most] = servedConnections(clusters, agents)
    .filter(({ cluster }) => agents.has(cluster))
    .sort((a, b) => b.connections - a.connections);
  if (most === undefined || most.connections < from) return [];
  const { cluster, connections, counted, peers } = most;
  const basis = counted === peers ? "" : `, ${counted} of them counted and the others taken for their average`;
  return [
    warning({
      cluster,
      property: "etcd connections",
      value: connections,
      reason: `is what this etcd serves from the agents and caches of ${peers} peers${basis}`,
      fix: "size every etcd of the mesh for that, make the mesh smaller, or put a cache between agents and peers (KVStoreMesh)",
    }),
  ];
}
