import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import type { AgentReport, PeerStatus } from "./agentStatus";
import type { Cause } from "./causeSigns";
import { askedPod, READERS, seeTroubleshoot, type Reader } from "./readers";

/** A cluster as the check expects its peers to see it. */
export interface ExpectedPeer {
  readonly name: string;
  readonly id: number;
}

/** One line of the readiness table: how one agent, or KVStoreMesh in one pod, sees one peer. */
export interface Readiness {
  readonly cluster: string;
  /** The name of its pod. */
  readonly agent: string;
  readonly node: string;
  /** Absent where an agent was asked. */
  readonly reader?: "kvstoremesh";
  readonly peer: string;
  readonly ready: boolean;
  readonly nodes: number;
  readonly identities: number;
  /** Why not, in a few words; empty when ready. */
  readonly why: string;
}

/** In which words a peer is waited for that comes back while it is being removed (`drain` in pkg/clustermesh/kvstoremesh). */
export const EMPTYING = "its cache is being emptied, which takes three minutes";

const readerOf = ({ reader = "agent" }: AgentReport): Reader => reader;

function verdict(expected: ExpectedPeer, seen: PeerStatus | undefined, report: AgentReport): string {
  const reader = readerOf(report);
  if (report.emptying?.includes(expected.name) === true) return EMPTYING;
  if (seen === undefined) return `${READERS[reader].name} does not know this peer`;
  if (seen.id !== 0 && seen.id !== expected.id) return `has id ${seen.id}, declared is ${expected.id}`;
  if (!seen.connected) return `not connected: ${seen.status === "" ? "no reason given" : seen.status}`;
  if (seen.id === 0) return "its cluster configuration was not retrieved yet";
  if (reader === "agentOfCache" && seen.reads === "direct") return "is read from its own etcd, not from the cache";
  if (seen.ready) return "";
  const missing = seen.unsynced.length === 0 ? seen.status : `${seen.unsynced.join(", ")} not synchronised yet`;
  return `not ready: ${missing === "" ? "no reason given" : missing}`;
}

/** How every agent, and every KVStoreMesh, sees every remote cluster: ready means that the agent reports it *and* that the id is the declared one. */
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
        const why = "error" in report.peers ? report.peers.error : verdict(peer, seen, report);
        const { cluster, pod, node } = report;
        const counts = { nodes: seen?.nodes ?? 0, identities: seen?.identities ?? 0 };
        const asked = readerOf(report) === "kvstoremesh" ? ({ reader: "kvstoremesh" } as const) : {};
        return { cluster, agent: pod, node, ...asked, peer: peer.name, ready: why === "", ...counts, why };
      }),
  );
}

/** The cause of an agent's line, where the cache that it reads is not ready either: then that is what has to be seen to. */
export function cacheCause(
  clusters: readonly ExpectedPeer[],
  reports: readonly AgentReport[],
  line: Readiness,
): Cause | undefined {
  if (line.reader === "kvstoremesh") return undefined;
  const caches = reports.filter((each) => each.cluster === line.cluster && readerOf(each) === "kvstoremesh");
  const cache = readinessTable(clusters, caches).find(({ peer, ready }) => peer === line.peer && !ready);
  return cache === undefined
    ? undefined
    : {
        sentence: `the cache that it reads, in pod ${cache.agent}, does not have it ready`,
        fix: "see what is said of that pod",
      };
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
  if (report === undefined || seen === undefined) return undefined;
  const isOfCache = readerOf(report) === "agentOfCache";
  const declared = clusters.find((cluster) => cluster.name === line.peer)?.id;
  if (seen.id === declared) return isOfCache && seen.reads === "direct" ? NOT_FROM_CACHE : undefined;
  if (seen.id !== 0) return wrongId(clusters, line, seen.id);
  if (!seen.connected) return undefined;
  return isOfCache
    ? {
        sentence: `the etcd of this cluster's clustermesh-apiserver has no cilium/cluster-config/${line.peer}, or its agents may not read it`,
        fix: "see the log of its container kvstoremesh, and whether Secret clustermesh-apiserver-local-cert is for the user local-<this cluster's name>",
      }
    : {
        sentence: `its etcd has no cilium/cluster-config/${line.peer}, or this cluster's user may not read it`,
        fix: `see whether cilium-operator of ${line.peer}, or its clustermesh-apiserver, which writes it, runs with that name and an id, and whether the user's role has that prefix`,
      };
}

const NOT_FROM_CACHE: Cause = {
  sentence: "this cluster's agents are to read KVStoreMesh",
  fix: "see whether its file in the agents' Secret leads to clustermesh-apiserver (pulumi up --refresh), and wait a minute for the kubelet",
};

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
    .filter(({ name }) => !reports.some((report) => report.cluster === name && readerOf(report) !== "kvstoremesh"))
    .map(({ name }) =>
      error({ cluster: name, property: "there", reason: "are no agents", fix: "run Cilium on its nodes" }),
    );
  const notReady = readinessTable(peers, reports)
    .filter((line) => !line.ready)
    .map((line): Diagnostic => {
      const cause = causeFor(line);
      return error({
        cluster: line.cluster,
        property: askedPod(line.reader ?? "agent", line.agent, line.node),
        value: line.peer,
        reason: cause === undefined ? line.why : `${line.why}: ${cause.sentence}`,
        fix: cause?.fix ?? seeTroubleshoot(line.reader ?? "agent"),
      });
    });
  return [...silent, ...notReady];
}
