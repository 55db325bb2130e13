import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { Kubectl } from "../kubectl";
import { readinessProblems, readinessTable, type AgentReport } from "../model/agentStatus";
import { formatProblem, formatProblems } from "../model/problem";
import { agentReports, hurrySecrets, inAgent } from "./agents";
import { accessTo, ciliumObjects, dispatch, progress, readInput, readKubeconfigs } from "./protocol";

const given = readInput(
  z.object({
    members: z.array(z.object({ name: z.string(), id: z.number(), context: z.string().optional() })),
    names: ciliumObjects,
    timeoutSeconds: z.number(),
  }),
);

const POLL_MS = 1000;
const PROGRESS_MS = 10_000;

type Clusters = ReadonlyMap<string, Kubectl>;

async function reportsOf(clusters: Clusters): Promise<readonly AgentReport[]> {
  const all = await Promise.all([...clusters].map(([name, kubectl]) => agentReports(kubectl, name, given.names)));
  return all.flat();
}

/** `cilium-dbg troubleshoot clustermesh` of one failing agent of each cluster: the others of a cluster mostly say the same. */
async function troubleshoot(clusters: Clusters, reports: readonly AgentReport[]): Promise<string> {
  const failing = readinessTable(given.members, reports).filter((line) => !line.ready);
  const first = new Map(failing.map((line) => [line.cluster, line]));
  const texts = await Promise.all(
    [...first.values()].map(async (line) => {
      const kubectl = clusters.get(line.cluster);
      const heading = `--- cluster ${line.cluster}, agent ${line.agent}: cilium-dbg troubleshoot clustermesh`;
      try {
        const said = await (kubectl === undefined
          ? ""
          : inAgent(kubectl, given.names, line.agent, ["cilium-dbg", "troubleshoot", "clustermesh"]));
        return `${heading}\n${said}`;
      } catch (error) {
        return `${heading}\n${error instanceof Error ? error.message : String(error)}`;
      }
    }),
  );
  return texts.join("\n");
}

async function waitUntilReady(clusters: Clusters): Promise<string> {
  await Promise.all([...clusters.values()].map((kubectl) => hurrySecrets(kubectl, given.names)));
  const deadline = Date.now() + given.timeoutSeconds * 1000;
  let nextProgress = Date.now() + PROGRESS_MS;
  for (;;) {
    const reports = await reportsOf(clusters);
    const problems = readinessProblems(given.members, reports);
    if (problems.length === 0) {
      return JSON.stringify(readinessTable(given.members, reports));
    }
    if (Date.now() > deadline) {
      const heading = `the mesh is not ready after ${String(given.timeoutSeconds)} s`;
      throw new Error(`${formatProblems(heading, problems)}\n${await troubleshoot(clusters, reports)}`);
    }
    if (Date.now() > nextProgress && problems[0] !== undefined) {
      progress(`${String(problems.length)} not ready yet, first: ${formatProblem(problems[0])}`);
      nextProgress = Date.now() + PROGRESS_MS;
    }
    await delay(POLL_MS);
  }
}

void dispatch({
  /** Prints the readiness table as JSON once every agent sees every declared peer ready with the declared id. */
  check: async () => {
    const kubeconfigs = await readKubeconfigs();
    const opened = await Promise.all(
      given.members.map(async (member) => [member.name, await Kubectl.open(accessTo(member, kubeconfigs))] as const),
    );
    const clusters = new Map(opened);
    try {
      return await waitUntilReady(clusters);
    } finally {
      await Promise.all([...clusters.values()].map((kubectl) => kubectl.close()));
    }
  },
});
