import { z } from "zod";
import { readinessProblems, readinessTable, type AgentReport } from "../model/agentStatus";
import { readinessRows, type CheckResult, type ReadinessRow } from "../model/checkResult";
import { recordedPaths } from "../model/pathVerdict";
import { departedPeers } from "../model/departed";
import { formatProblems } from "../model/problem";
import { agentReports, hurrySecrets } from "./agents";
import { waitUntilForgotten } from "./departed";
import { diagnose } from "./diagnosis";
import { waitForNewConnections } from "./newConnections";
import { withClusters, type OpenCluster } from "./openClusters";
import { waitForPaths } from "./pathPhase";
import { ciliumObjects, dispatch, previousOutput, readInput } from "./protocol";
import { settleStalePods } from "./stalePods";
import { tellProblems, until } from "./until";

const given = readInput(
  z.object({
    members: z.array(z.object({ name: z.string(), id: z.number(), context: z.string().optional() })),
    names: ciliumObjects,
    timeoutSeconds: z.number(),
    maxConnectedClusters: z.literal([255, 511]).default(255),
    stalePods: z.enum(["report", "restart"]).default("report"),
    pathsBefore: z.record(z.string(), recordedPaths).default({}),
  }),
);

async function reportsOf(clusters: readonly OpenCluster[]): Promise<readonly AgentReport[]> {
  const all = await Promise.all(clusters.map(({ name, kubectl }) => agentReports(kubectl, name, given.names)));
  return all.flat();
}

async function waitUntilReady(clusters: readonly OpenCluster[], deadline: number): Promise<readonly ReadinessRow[]> {
  await Promise.all(clusters.map(({ kubectl }) => hurrySecrets(kubectl, given.names)));
  const problemsOf = (seen: readonly AgentReport[]) => readinessProblems(given.members, seen);
  const reports = await until(
    deadline,
    () => reportsOf(clusters),
    (seen) => problemsOf(seen).length === 0,
    tellProblems("not ready yet", problemsOf),
  );
  if (problemsOf(reports).length > 0) {
    const { causeFor, text } = await diagnose(clusters, given.names, given.members, reports);
    const heading = `the mesh is not ready after ${String(given.timeoutSeconds)} s`;
    throw new Error(`${formatProblems(heading, readinessProblems(given.members, reports, causeFor))}\n${text}`);
  }
  return readinessRows(given.members, readinessTable(given.members, reports));
}

void dispatch({
  /**
   * Prints the result as JSON once every agent sees every declared peer ready with the declared id and has forgotten those that have left,
   * new connections to the peers' etcds open, and every path inside a cluster that worked before works again.
   */
  check: () =>
    withClusters(given.members, async (clusters) => {
      const deadline = Date.now() + given.timeoutSeconds * 1000;
      const readiness = await waitUntilReady(clusters, deadline);
      const departed = departedPeers(previousOutput(), given.members);
      await waitUntilForgotten(departed, () => reportsOf(clusters), deadline, given.timeoutSeconds);
      await waitForNewConnections(clusters, given.names, deadline, given.timeoutSeconds);
      const paths = await waitForPaths(clusters, given.names, given.pathsBefore, deadline);
      const stalePods = await settleStalePods(clusters, given, deadline);
      const members = given.members.map(({ name }) => name).sort();
      const result: CheckResult = { members, readiness, paths, stalePods };
      return JSON.stringify(result);
    }),
});
