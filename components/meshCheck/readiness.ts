import { syncSecretsNow } from "../cilium/agents";
import { readerReports, syncApiserverNow, type AskedCluster } from "../cilium/caches";
import { diagnose } from "../cilium/diagnosis";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { AgentReport } from "../cilium/model/agentStatus";
import { EMPTYING, readinessProblems, readinessTable, type ExpectedPeer } from "../cilium/model/readiness";
import { progress } from "../command/protocol";
import { problemsLine, until } from "../command/until";
import { DIAGNOSTICS_SHOWN, findingError, formatDiagnostics } from "../mesh/model/diagnostic";

/** Which clusters have to see which peers. */
export interface ExpectedMesh {
  readonly clusters: readonly AskedCluster[];
  readonly cilium: CiliumObjects;
  /** Those that have to be ready. */
  readonly required: readonly ExpectedPeer[];
  /** Those, and others that may be about to join. */
  readonly all: readonly ExpectedPeer[];
}

/** What the check goes on with once all is ready. */
export interface Ready {
  readonly reports: readonly AgentReport[];
  readonly deadline: number;
}

/**
 * KVStoreMesh empties its cache of a peer three minutes after that was taken from it; agents look for the peer's configuration every half
 * minute.
 */
const EMPTYING_SECONDS = 240;

/** How the clusters see their peers: all that is asked in them. */
export async function reportsOf(
  clusters: readonly AskedCluster[],
  cilium: CiliumObjects,
  peers: readonly ExpectedPeer[],
): Promise<readonly AgentReport[]> {
  const declared = peers.map(({ name }) => name);
  return (await Promise.all(clusters.map((cluster) => readerReports(cluster, cilium, declared)))).flat();
}

async function syncAllNow(clusters: readonly AskedCluster[], cilium: CiliumObjects): Promise<void> {
  await Promise.all(
    clusters.flatMap(({ name, api, reads }) => [
      syncSecretsNow(api, cilium, name),
      ...(reads === "cached" ? [syncApiserverNow(api, cilium, name)] : []),
    ]),
  );
}

/** Says once of each cluster and peer that its cache is being emptied. Gives whether that is so of a required peer. */
function emptyingNamer(required: readonly ExpectedPeer[]): (reports: readonly AgentReport[]) => boolean {
  const named = new Set<string>();
  return (reports) => {
    const waiting = readinessTable(required, reports).filter(({ why }) => why === EMPTYING);
    for (const { cluster, agent, peer } of waiting) {
      const key = `${cluster}/${peer}`;
      if (!named.has(key)) {
        progress(`cluster "${cluster}": peer "${peer}" came back before pod ${agent} had forgotten it: ${EMPTYING}`);
      }
      named.add(key);
    }
    return waiting.length > 0;
  };
}

/**
 * Waits until every agent, and every cache that agents read, sees every required peer ready. A cache that is still being emptied of a peer that comes
 * back is waited for, whatever the limit: nothing can make that faster, and after it all is as it should be.
 *
 * @throws Error that names pods, peers and causes when the time is up, with what troubleshoot prints there.
 */
export async function waitUntilReady(
  { clusters, cilium, required, all }: ExpectedMesh,
  begin: number,
  timeoutSeconds: number,
): Promise<Ready> {
  await syncAllNow(clusters, cilium);
  const isEmptying = emptyingNamer(required);
  const problemsOf = (seen: readonly AgentReport[]) => readinessProblems(clusters, seen, required);
  const waiting = problemsLine("views of a peer are not ready yet", problemsOf, (seen: readonly AgentReport[]) => {
    return readinessTable(required, seen).length;
  });
  let deadline = begin + timeoutSeconds * 1000;
  let emptyBy: number | undefined;
  for (;;) {
    const look = async () => {
      const reports = await reportsOf(clusters, cilium, all);
      if (isEmptying(reports)) emptyBy ??= Date.now() + EMPTYING_SECONDS * 1000;
      return reports;
    };
    const reports = await until(deadline, look, (seen) => problemsOf(seen).length === 0, waiting);
    if (problemsOf(reports).length === 0) return { reports, deadline };
    if (emptyBy === undefined || emptyBy <= deadline)
      return failed({ clusters, cilium, required }, reports, (deadline - begin) / 1000);
    deadline = emptyBy;
  }
}

async function failed(
  { clusters, cilium, required }: Omit<ExpectedMesh, "all">,
  reports: readonly AgentReport[],
  seconds: number,
): Promise<never> {
  const { causeFor, text } = await diagnose(clusters, cilium, required, reports);
  const heading = `the mesh is not ready after ${seconds} s`;
  const problems = readinessProblems(clusters, reports, required, causeFor);
  throw findingError(`${formatDiagnostics(heading, problems, DIAGNOSTICS_SHOWN)}\n${text}`, problems);
}
