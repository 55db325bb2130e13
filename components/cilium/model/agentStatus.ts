import { z } from "zod";
import type { Reads } from "../../mesh/model/publication";
import type { Reader } from "./readers";

/** What an agent or KVStoreMesh reports of one peer, with the fields that its API leaves out when they are false or 0 filled in. */
export interface PeerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly connected: boolean;
  /** The id that the peer's own `cilium/cluster-config` has; 0 until it was retrieved. */
  readonly id: number;
  /** Whether what it read of the peer was cached by KVStoreMesh. Every Cilium that has KVStoreMesh says so. */
  readonly reads: Reads;
  readonly nodes: number;
  readonly identities: number;
  readonly endpoints: number;
  /** What the agent has not yet received in full (`nodes`, `identities`, …). */
  readonly unsynced: readonly string[];
  /** The agent's own words, such as the state of the etcd connection. */
  readonly status: string;
}

const done = z.boolean().default(false);

/** The optional ones are there only where the feature is on. */
const synced = z.object({
  nodes: done,
  endpoints: done,
  identities: done,
  services: done,
  "endpoint-slices": z.boolean().optional(),
  "service-exports": z.boolean().optional(),
});

const remoteCluster = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  connected: z.boolean().default(false),
  config: z.object({ "cluster-id": z.int().default(0), kvstoremesh: done }).optional(),
  "num-nodes": z.int().default(0),
  "num-identities": z.int().default(0),
  "num-endpoints": z.int().default(0),
  synced: synced.optional(),
  status: z.string().default(""),
});

const agentStatus = z.object({ "cluster-mesh": z.object({ clusters: z.array(remoteCluster).nullish() }).nullish() });
const cacheStatus = z.array(remoteCluster).nullable();

const peerStatus = (cluster: z.infer<typeof remoteCluster>): PeerStatus => ({
  name: cluster.name,
  ready: cluster.ready,
  connected: cluster.connected,
  id: cluster.config?.["cluster-id"] ?? 0,
  reads: cluster.config?.kvstoremesh === true ? "cached" : "direct",
  nodes: cluster["num-nodes"],
  identities: cluster["num-identities"],
  endpoints: cluster["num-endpoints"],
  unsynced: Object.entries(cluster.synced ?? {}).flatMap(([what, complete]) => (complete ? [] : [what])),
  status: cluster.status,
});

/**
 * Reads `cilium-dbg status -o json` (Cilium API model `RemoteCluster`). An agent outside any mesh has no `cluster-mesh`, or no clusters.
 *
 * @throws Error when the text is not the JSON of an agent's status.
 */
export function parseAgentStatus(json: string): readonly PeerStatus[] {
  return (agentStatus.parse(JSON.parse(json))["cluster-mesh"]?.clusters ?? []).map(peerStatus);
}

/**
 * Reads `kvstoremesh-dbg status -o json`: the list alone, of the same model.
 *
 * @throws Error when the text is no such list.
 */
export function parseCacheStatus(json: string): readonly PeerStatus[] {
  return (cacheStatus.parse(JSON.parse(json)) ?? []).map(peerStatus);
}

/** A pod and what was said there of its peers, or why nothing was. */
export interface AgentReport {
  readonly cluster: string;
  readonly pod: string;
  readonly node: string;
  readonly peers: readonly PeerStatus[] | { readonly error: string };
  /** What was asked in it. @default "agent" */
  readonly reader?: Reader;
  /** Peers that were given back to KVStoreMesh before it had emptied its cache of them. It lists them only after that. @default none */
  readonly emptying?: readonly string[];
}
