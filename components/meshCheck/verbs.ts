import { z } from "zod";
import { printableJson } from "../basics/model/printable";
import { agentReports, syncSecretsNow } from "../cilium/agents";
import { diagnose } from "../cilium/diagnosis";
import { ciliumObjects } from "../cilium/model/agentConfig";
import { readinessProblems, readinessTable, type AgentReport } from "../cilium/model/agentStatus";
import { progress, type Verbs } from "../command/protocol";
import { problemsLine, until } from "../command/until";
import { refuseOtherClusters } from "../identity/otherCluster";
import type { OpenCluster } from "../kubernetes/openClusters";
import { formatDiagnostics, DIAGNOSTICS_SHOWN } from "../mesh/model/diagnostic";
import { recordedPaths } from "../nodePaths/model/pathVerdict";
import { waitForPaths } from "../nodePaths/pathPhase";
import { waitForRemovedPeers } from "./removedPeers";
import { checkResult } from "./model/checkResult";
import { removedPeers } from "./model/removedPeers";
import { waitForNewConnections } from "./newConnections";
import { settleStalePods } from "./stalePods";

/** The plain input of the check. */
export const checkInput = z.object({
  cilium: ciliumObjects,
  timeoutSeconds: z.number(),
  maxConnectedClusters: z.literal([255, 511]).default(255),
  restartStalePods: z.boolean().default(false),
});

/** What of its input grows with the mesh. */
export const checkedMesh = z.object({
  clusters: z.array(
    z.object({ name: z.string(), id: z.number(), context: z.string().optional(), uid: z.string().optional() }),
  ),
  /** Peers that other stacks look after. */
  externalPeers: z.array(z.object({ name: z.string(), id: z.number() })).default([]),
  requireExternalPeers: z.boolean().default(false),
  pathsBefore: z.record(z.string(), recordedPaths).default({}),
});

type CheckInput = z.infer<typeof checkInput>;
type CheckedMesh = z.infer<typeof checkedMesh>;

interface Mesh extends CheckedMesh {
  /** Those that every agent has to see ready. */
  readonly required: readonly { readonly name: string; readonly id: number }[];
  readonly all: readonly { readonly name: string; readonly id: number }[];
}

function meshOf(mesh: CheckedMesh): Mesh {
  const all = [...mesh.clusters, ...mesh.externalPeers];
  return { ...mesh, all, required: mesh.requireExternalPeers ? all : mesh.clusters };
}

const namesOf = (peers: readonly { readonly name: string }[]): readonly string[] =>
  peers.map(({ name }) => name).sort();

async function reportsOf(clusters: readonly OpenCluster[], { cilium }: CheckInput): Promise<readonly AgentReport[]> {
  const all = await Promise.all(clusters.map(({ name, api }) => agentReports(api, name, cilium)));
  return all.flat();
}

async function waitUntilReady(
  input: CheckInput,
  { clusters: members, required }: Mesh,
  clusters: readonly OpenCluster[],
  deadline: number,
): Promise<readonly AgentReport[]> {
  await Promise.all(clusters.map(({ name, api }) => syncSecretsNow(api, input.cilium, name)));
  const problemsOf = (seen: readonly AgentReport[]) => readinessProblems(members, seen, required);
  const reports = await until(
    deadline,
    () => reportsOf(clusters, input),
    (seen) => problemsOf(seen).length === 0,
    problemsLine("views of a peer are not ready yet", problemsOf, (seen) => readinessTable(required, seen).length),
  );
  if (problemsOf(reports).length > 0) {
    const { causeFor, text } = await diagnose(clusters, input.cilium, required, reports);
    const heading = `the mesh is not ready after ${input.timeoutSeconds} s`;
    const problems = readinessProblems(members, reports, required, causeFor);
    throw new Error(`${formatDiagnostics(heading, problems, DIAGNOSTICS_SHOWN)}\n${text}`);
  }
  return reports;
}

/** Peers of other stacks may be about to join: what is not ready of them is a warning, and kept in the table. */
function warnOfExternalPeers({ externalPeers }: Mesh, reports: readonly AgentReport[]): void {
  const waiting = readinessTable(externalPeers, reports).filter(({ ready }) => !ready);
  for (const { name } of externalPeers) {
    const lines = waiting.filter(({ peer }) => peer === name);
    const [first] = lines;
    if (first !== undefined) {
      const agents = lines.length === 1 ? "1 agent" : `${lines.length} agents`;
      progress(`warning: peer "${name}" of another stack is not ready for ${agents}: ${first.why}`);
    }
  }
}

/**
 * Prints the result as JSON once every agent sees every declared peer ready with the declared id and has forgotten those that have left, new
 * connections to the peers' etcds open, and every path inside a cluster that worked before works again.
 */
async function check(
  input: CheckInput,
  mesh: Mesh,
  clusters: readonly OpenCluster[],
  previous: string,
): Promise<string> {
  const { cilium, timeoutSeconds } = input;
  const { all, required } = mesh;
  await refuseOtherClusters(clusters);
  const deadline = Date.now() + timeoutSeconds * 1000;
  const reports = await waitUntilReady(input, mesh, clusters, deadline);
  warnOfExternalPeers(mesh, reports);
  const removed = removedPeers(previous, all);
  await waitForRemovedPeers(removed, () => reportsOf(clusters, input), deadline, timeoutSeconds);
  await waitForNewConnections(clusters, namesOf(required), cilium, deadline, timeoutSeconds);
  const paths = await waitForPaths(clusters, cilium, mesh.pathsBefore, deadline);
  const stalePods = await settleStalePods(clusters, input, deadline);
  return printableJson(checkResult(namesOf(all), readinessTable(all, reports), paths, stalePods));
}

/**
 * The verbs of the check.
 *
 * @param contact Reads which mesh it is, and opens its clusters.
 * @param previous What it printed the last time; empty before the first.
 */
export const checkVerbs = (
  input: CheckInput,
  contact: (use: (mesh: CheckedMesh, clusters: readonly OpenCluster[]) => Promise<string>) => Promise<string>,
  previous: string,
): Verbs => ({
  check: () => contact((mesh, clusters) => check(input, meshOf(mesh), clusters, previous)),
});
