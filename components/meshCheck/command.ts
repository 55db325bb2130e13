import { z } from "zod";
import { printableJson } from "../basics/model/printable";
import { agentReports, syncSecretsNow } from "../cilium/agents";
import { diagnose } from "../cilium/diagnosis";
import { ciliumObjects } from "../cilium/model/agentConfig";
import { readinessProblems, readinessTable, type AgentReport } from "../cilium/model/agentStatus";
import { dispatch, previousOutput, progress, readInput, readLargeInput } from "../command/protocol";
import { problemsLine, until } from "../command/until";
import { refuseOtherClusters } from "../identity/otherCluster";
import { withClusters, type OpenCluster } from "../kubernetes/openClusters";
import { formatDiagnostics, DIAGNOSTICS_SHOWN } from "../mesh/model/diagnostic";
import { recordedPaths } from "../nodePaths/model/pathVerdict";
import { waitForPaths } from "../nodePaths/pathPhase";
import { waitForRemovedPeers } from "./removedPeers";
import { checkResult } from "./model/checkResult";
import { removedPeers } from "./model/removedPeers";
import { waitForNewConnections } from "./newConnections";
import { settleStalePods } from "./stalePods";

const given = readInput(
  z.object({
    cilium: ciliumObjects,
    timeoutSeconds: z.number(),
    maxConnectedClusters: z.literal([255, 511]).default(255),
    restartStalePods: z.boolean().default(false),
  }),
);

const largeInput = z.object({
  clusters: z.array(
    z.object({ name: z.string(), id: z.number(), context: z.string().optional(), uid: z.string().optional() }),
  ),
  /** Peers that other stacks look after. */
  externalPeers: z.array(z.object({ name: z.string(), id: z.number() })).default([]),
  requireExternalPeers: z.boolean().default(false),
  pathsBefore: z.record(z.string(), recordedPaths).default({}),
});

/** The mesh that is checked. */
interface Mesh extends z.infer<typeof largeInput> {
  /** Those that every agent has to see ready. */
  readonly required: readonly { readonly name: string; readonly id: number }[];
  readonly all: readonly { readonly name: string; readonly id: number }[];
}

async function readMesh(): Promise<Mesh> {
  const mesh = await readLargeInput(largeInput);
  const all = [...mesh.clusters, ...mesh.externalPeers];
  return { ...mesh, all, required: mesh.requireExternalPeers ? all : mesh.clusters };
}

const namesOf = (peers: readonly { readonly name: string }[]): readonly string[] =>
  peers.map(({ name }) => name).sort();

async function reportsOf(clusters: readonly OpenCluster[]): Promise<readonly AgentReport[]> {
  const all = await Promise.all(clusters.map(({ name, kubectl }) => agentReports(kubectl, name, given.cilium)));
  return all.flat();
}

async function waitUntilReady(
  { clusters: members, required }: Mesh,
  clusters: readonly OpenCluster[],
  deadline: number,
): Promise<readonly AgentReport[]> {
  await Promise.all(clusters.map(({ name, kubectl }) => syncSecretsNow(kubectl, given.cilium, name)));
  const problemsOf = (seen: readonly AgentReport[]) => readinessProblems(members, seen, required);
  const reports = await until(
    deadline,
    () => reportsOf(clusters),
    (seen) => problemsOf(seen).length === 0,
    problemsLine("views of a peer are not ready yet", problemsOf, (seen) => readinessTable(required, seen).length),
  );
  if (problemsOf(reports).length > 0) {
    const { causeFor, text } = await diagnose(clusters, given.cilium, required, reports);
    const heading = `the mesh is not ready after ${String(given.timeoutSeconds)} s`;
    const problems = readinessProblems(members, reports, required, causeFor);
    throw new Error(`${formatDiagnostics(heading, problems, DIAGNOSTICS_SHOWN)}\n${text}`);
  }
  return reports;
}

/** Peers of other stacks may be about to join: what is not ready of them is told, and kept in the table. */
function warnOfExternalPeers({ externalPeers }: Mesh, reports: readonly AgentReport[]): void {
  const waiting = readinessTable(externalPeers, reports).filter(({ ready }) => !ready);
  for (const { name } of externalPeers) {
    const lines = waiting.filter(({ peer }) => peer === name);
    const [first] = lines;
    if (first !== undefined) {
      const agents = lines.length === 1 ? "1 agent" : `${String(lines.length)} agents`;
      progress(`warning: peer "${name}" of another stack is not ready for ${agents}: ${first.why}`);
    }
  }
}

/** The verb that was run, once it is done. */
export const ran = dispatch({
  /**
   * Prints the result as JSON once every agent sees every declared peer ready with the declared id and has forgotten those that have left,
   * new connections to the peers' etcds open, and every path inside a cluster that worked before works again.
   */
  check: async () => {
    const mesh = await readMesh();
    const { all, required } = mesh;
    return withClusters(mesh.clusters, async (clusters) => {
      await refuseOtherClusters(clusters);
      const deadline = Date.now() + given.timeoutSeconds * 1000;
      const reports = await waitUntilReady(mesh, clusters, deadline);
      warnOfExternalPeers(mesh, reports);
      const removed = removedPeers(previousOutput(), all);
      await waitForRemovedPeers(removed, () => reportsOf(clusters), deadline, given.timeoutSeconds);
      await waitForNewConnections(clusters, namesOf(required), given.cilium, deadline, given.timeoutSeconds);
      const paths = await waitForPaths(clusters, given.cilium, mesh.pathsBefore, deadline);
      const stalePods = await settleStalePods(clusters, given, deadline);
      return printableJson(checkResult(namesOf(all), readinessTable(all, reports), paths, stalePods));
    });
  },
});
