import { z } from "zod";
import { printableJson } from "../basics/model/printable";
import type { AskedCluster } from "../cilium/caches";
import { ciliumObjects } from "../cilium/model/agentConfig";
import type { AgentReport } from "../cilium/model/agentStatus";
import { readinessTable } from "../cilium/model/readiness";
import { progress, type Verbs } from "../command/protocol";
import { refuseOtherClusters } from "../identity/otherCluster";
import { recordedPaths } from "../nodePaths/model/pathVerdict";
import { waitForPaths } from "../nodePaths/pathPhase";
import { waitForRemovedPeers } from "./removedPeers";
import { checkResult } from "./model/checkResult";
import { removedPeers } from "./model/removedPeers";
import { waitForNewConnections } from "./newConnections";
import { reportsOf, waitUntilReady } from "./readiness";
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
    z.object({
      name: z.string(),
      id: z.number(),
      context: z.string().optional(),
      uid: z.string().optional(),
      reads: z.enum(["direct", "cached"]).default("direct"),
    }),
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

/** Peers of other stacks may be about to join: what is not ready of them is a warning, and kept in the table. */
function warnOfExternalPeers({ externalPeers }: Mesh, reports: readonly AgentReport[]): void {
  const waiting = readinessTable(externalPeers, reports).filter(({ ready }) => !ready);
  for (const { name } of externalPeers) {
    const lines = waiting.filter(({ peer }) => peer === name);
    const [first] = lines;
    if (first !== undefined) {
      const who = lines.some(({ reader }) => reader === undefined) ? "agent" : "cache";
      const agents = lines.length === 1 ? `1 ${who}` : `${lines.length} ${who}s`;
      progress(`warning: peer "${name}" of another stack is not ready for ${agents}: ${first.why}`);
    }
  }
}

/**
 * Prints the result as JSON once every agent, and every cache that agents read, sees every declared peer ready with the declared id and has forgotten those that have left, new
 * connections to the peers' etcds open, and every path inside a cluster that worked before works again.
 */
async function check(
  input: CheckInput,
  mesh: Mesh,
  clusters: readonly AskedCluster[],
  previous: string,
): Promise<string> {
  const { cilium, timeoutSeconds } = input;
  const { all, required } = mesh;
  await refuseOtherClusters(clusters);
  const ready = await waitUntilReady({ clusters, cilium, required, all }, Date.now(), timeoutSeconds);
  const { reports, deadline } = ready;
  warnOfExternalPeers(mesh, reports);
  const removed = removedPeers(previous, all);
  await waitForRemovedPeers(removed, () => reportsOf(clusters, cilium, all), deadline, timeoutSeconds);
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
  contact: (use: (mesh: CheckedMesh, clusters: readonly AskedCluster[]) => Promise<string>) => Promise<string>,
  previous: string,
): Verbs => ({
  check: () => contact((mesh, clusters) => check(input, meshOf(mesh), clusters, previous)),
});
