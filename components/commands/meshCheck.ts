import { z } from "zod";
import { readinessProblems, readinessTable, type AgentReport } from "../model/agentStatus";
import { readinessRows, type CheckResult } from "../model/checkResult";
import { recordedPaths } from "../model/pathVerdict";
import { departedPeers } from "../model/departed";
import { printableJson } from "../model/printable";
import { formatProblems } from "../model/problem";
import { agentReports, hurrySecrets } from "./agents";
import { waitUntilForgotten } from "./departed";
import { diagnose } from "./diagnosis";
import { waitForNewConnections } from "./newConnections";
import { withClusters, type OpenCluster } from "./openClusters";
import { waitForPaths } from "./pathPhase";
import { ciliumObjects, dispatch, previousOutput, progress, readInput } from "./protocol";
import { settleStalePods } from "./stalePods";
import { tellProblems, until } from "./until";

const given = readInput(
  z.object({
    members: z.array(z.object({ name: z.string(), id: z.number(), context: z.string().optional() })),
    /** Peers that other stacks look after. */
    others: z.array(z.object({ name: z.string(), id: z.number() })).default([]),
    otherStacks: z.enum(["report", "require"]).default("report"),
    names: ciliumObjects,
    timeoutSeconds: z.number(),
    maxConnectedClusters: z.literal([255, 511]).default(255),
    stalePods: z.enum(["report", "restart"]).default("report"),
    pathsBefore: z.record(z.string(), recordedPaths).default({}),
  }),
);

const namesOf = (peers: readonly { readonly name: string }[]): readonly string[] =>
  peers.map(({ name }) => name).sort();

async function reportsOf(clusters: readonly OpenCluster[]): Promise<readonly AgentReport[]> {
  const all = await Promise.all(clusters.map(({ name, kubectl }) => agentReports(kubectl, name, given.names)));
  return all.flat();
}

/** Those that every agent has to see ready. */
const required = given.otherStacks === "require" ? [...given.members, ...given.others] : given.members;
const all = [...given.members, ...given.others];

async function waitUntilReady(clusters: readonly OpenCluster[], deadline: number): Promise<readonly AgentReport[]> {
  await Promise.all(clusters.map(({ kubectl }) => hurrySecrets(kubectl, given.names)));
  const problemsOf = (seen: readonly AgentReport[]) => readinessProblems(given.members, seen, required);
  const reports = await until(
    deadline,
    () => reportsOf(clusters),
    (seen) => problemsOf(seen).length === 0,
    tellProblems("not ready yet", problemsOf),
  );
  if (problemsOf(reports).length > 0) {
    const { causeFor, text } = await diagnose(clusters, given.names, required, reports);
    const heading = `the mesh is not ready after ${String(given.timeoutSeconds)} s`;
    throw new Error(
      `${formatProblems(heading, readinessProblems(given.members, reports, required, causeFor))}\n${text}`,
    );
  }
  return reports;
}

/** Peers of other stacks may be about to join: what is not ready of them is told, and kept in the table. */
function warnOfOthers(reports: readonly AgentReport[]): void {
  const waiting = readinessTable(given.others, reports).filter(({ ready }) => !ready);
  for (const { name } of given.others) {
    const lines = waiting.filter(({ peer }) => peer === name);
    const [first] = lines;
    if (first !== undefined) {
      const agents = lines.length === 1 ? "1 agent" : `${String(lines.length)} agents`;
      progress(`warning: peer "${name}" of another stack is not ready for ${agents}: ${first.why}`);
    }
  }
}

void dispatch({
  /**
   * Prints the result as JSON once every agent sees every declared peer ready with the declared id and has forgotten those that have left,
   * new connections to the peers' etcds open, and every path inside a cluster that worked before works again.
   */
  check: () =>
    withClusters(given.members, async (clusters) => {
      const deadline = Date.now() + given.timeoutSeconds * 1000;
      const reports = await waitUntilReady(clusters, deadline);
      warnOfOthers(reports);
      const departed = departedPeers(previousOutput(), all);
      await waitUntilForgotten(departed, () => reportsOf(clusters), deadline, given.timeoutSeconds);
      await waitForNewConnections(clusters, namesOf(required), given.names, deadline, given.timeoutSeconds);
      const paths = await waitForPaths(clusters, given.names, given.pathsBefore, deadline);
      const stalePods = await settleStalePods(clusters, given, deadline);
      const readiness = readinessRows(readinessTable(all, reports));
      const result: CheckResult = { members: namesOf(all), readiness, paths, stalePods };
      return printableJson(result);
    }),
});
