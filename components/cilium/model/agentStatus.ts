import { z } from "zod";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import type { Cause } from "./peerCauses";

/** What an agent reports of one peer, with the fields that its API leaves out when they are false or 0 filled in. */
export interface PeerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly connected: boolean;
  /** The id that the peer's own `cilium/cluster-config` has; 0 until it was retrieved. */
  readonly id: number;
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
  config: z.object({ "cluster-id": z.int().default(0) }).optional(),
  "num-nodes": z.int().default(0),
  "num-identities": z.int().default(0),
  "num-endpoints": z.int().default(0),
  synced: synced.optional(),
  status: z.string().default(""),
});

const agentStatus = z.object({ "cluster-mesh": z.object({ clusters: z.array(remoteCluster).nullish() }).nullish() });

/**
 * Reads `cilium-dbg status -o json` (Cilium API model `RemoteCluster`). An agent outside any mesh has no `cluster-mesh`, or no clusters.
 *
 * @throws Error when the text is not the JSON of an agent's status.
 */
export function parseAgentStatus(json: string): readonly PeerStatus[] {
  const clusters = agentStatus.parse(JSON.parse(json))["cluster-mesh"]?.clusters ?? [];
  return clusters.map((cluster) => ({
    name: cluster.name,
    ready: cluster.ready,
    connected: cluster.connected,
    id: cluster.config?.["cluster-id"] ?? 0,
    nodes: cluster["num-nodes"],
    identities: cluster["num-identities"],
    endpoints: cluster["num-endpoints"],
    unsynced: Object.entries(cluster.synced ?? {}).flatMap(([what, complete]) => (complete ? [] : [what])),
    status: cluster.status,
  }));
}

/** An agent pod and what it said, or why it said nothing. */
export interface AgentReport {
  readonly cluster: string;
  readonly pod: string;
  readonly node: string;
  readonly peers: readonly PeerStatus[] | { readonly error: string };
}

/** A cluster as the check expects its peers to see it. */
export interface ExpectedPeer {
  readonly name: string;
  readonly id: number;
}

/** One line of the readiness table: how one agent sees one peer. */
export interface Readiness {
  readonly cluster: string;
  readonly agent: string;
  readonly node: string;
  readonly peer: string;
  readonly ready: boolean;
  readonly nodes: number;
  readonly identities: number;
  /** Why not, in a few words; empty when ready. */
  readonly why: string;
}

function verdict(expected: ExpectedPeer, seen: PeerStatus | undefined): string {
  if (seen === undefined) return "the agent does not know this peer";
  if (seen.id !== 0 && seen.id !== expected.id) return `has id ${seen.id}, declared is ${expected.id}`;
  if (!seen.connected) return `not connected: ${seen.status === "" ? "no reason given" : seen.status}`;
  if (seen.id === 0) return "its cluster configuration was not retrieved yet";
  if (seen.ready) return "";
  const missing = seen.unsynced.length === 0 ? seen.status : `${seen.unsynced.join(", ")} not synchronised yet`;
  return `not ready: ${missing === "" ? "no reason given" : missing}`;
}

/** How every agent sees every remote cluster: ready means that the agent reports it *and* that the id is the declared one. */
export function readinessTable(
  clusters: readonly ExpectedPeer[],
  reports: readonly AgentReport[],
): readonly Readiness[] {
  return reports.flatMap((report) =>
    clusters
      .filter((peer) => peer.name !== report.cluster)
      .map((peer): Readiness => {
        const known = "error" in report.peers ? [] : report.peers;
        const seen = known.find((each) => each.name === peer.name);
        const why = "error" in report.peers ? report.peers.error : verdict(peer, seen);
        const { cluster, pod, node } = report;
        const counts = { nodes: seen?.nodes ?? 0, identities: seen?.identities ?? 0 };
        return { cluster, agent: pod, node, peer: peer.name, ready: why === "", ...counts, why };
      }),
  );
}

/** The cause, as far as the report of one agent shows it. */
export function statusCause(
  clusters: readonly ExpectedPeer[],
  reports: readonly AgentReport[],
  line: Readiness,
): Cause | undefined {
  const report = reports.find((each) => each.cluster === line.cluster && each.pod === line.agent);
  const known = report === undefined || "error" in report.peers ? [] : report.peers;
  const seen = known.find((peer) => peer.name === line.peer);
  const declared = clusters.find((cluster) => cluster.name === line.peer)?.id;
  if (seen === undefined || seen.id === declared) return undefined;
  if (seen.id !== 0) return wrongId(clusters, line, seen.id);
  return seen.connected
    ? {
        sentence: `its etcd has no cilium/cluster-config/${line.peer}, or this cluster's user may not read it`,
        fix: `see whether cilium-operator of ${line.peer}, which writes it, runs with that name and an id, and whether the user's role has that prefix`,
      }
    : undefined;
}

function wrongId(clusters: readonly ExpectedPeer[], line: Readiness, id: number): Cause {
  const other = clusters.find((cluster) => cluster.id === id)?.name;
  const whose = other === line.cluster ? "this cluster's own" : `that of ${String(other)}`;
  return {
    sentence:
      other === undefined ? "its cilium-config or its etcd says otherwise" : `which is ${whose}: a duplicate id`,
    fix: `see cluster-id in cilium-config of ${line.peer}, and restart its operator, which writes it into its etcd`,
  };
}

/**
 * What keeps a mesh from being ready: lines of the table that are not, and clusters without any agent.
 *
 * @param clusters Those whose agents were asked.
 * @param peers Those that they have to see ready.
 * @param causeFor What is known of the cause; without one, the reader is sent to the output of troubleshoot.
 */
export function readinessProblems(
  clusters: readonly ExpectedPeer[],
  reports: readonly AgentReport[],
  peers: readonly ExpectedPeer[] = clusters,
  causeFor: (line: Readiness) => Cause | undefined = () => undefined,
): readonly Diagnostic[] {
  const silent = clusters
    .filter((cluster) => !reports.some((report) => report.cluster === cluster.name))
    .map(({ name }) =>
      error({ cluster: name, property: "agents", reason: "are none", fix: "run Cilium on its nodes" }),
    );
  const notReady = readinessTable(peers, reports)
    .filter((line) => !line.ready)
    .map((line): Diagnostic => {
      const cause = causeFor(line);
      return error({
        cluster: line.cluster,
        property: `agent ${line.agent} on node ${line.node}, peer`,
        value: line.peer,
        reason: cause === undefined ? line.why : `${line.why}: ${cause.sentence}`,
        fix: cause?.fix ?? "see what cilium-dbg troubleshoot says below",
      });
    });
  return [...silent, ...notReady];
}
