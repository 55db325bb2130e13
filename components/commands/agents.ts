import { z } from "zod";
import type { Kubectl } from "../kubectl";
import { mapLimited } from "../mapLimited";
import { rolledWorkloads, type CiliumObjects } from "../model/agentConfig";
import { parseAgentStatus, type AgentReport } from "../model/agentStatus";
import { parseObjects } from "../model/liveObject";
import { isObjectName } from "../model/names";
import { errorMessage } from "./errorMessage";
import { progress } from "./protocol";

/** For an agent that is asked again and again: the next round gives it another chance. */
const EXEC_SECONDS = 20;
/** For an agent that is asked once: what it does not say in time, or does not do, stays so. */
export const ONLY_EXEC_SECONDS = 60;
const DELETE_SECONDS = 120;
/** So many agents of a cluster are asked side by side: each takes a process here and a connection there. */
export const AGENTS_AT_ONCE = 16;

/** A pod of an agent, or of another workload, and where it runs. */
export interface AgentPod {
  readonly pod: string;
  readonly node: string;
  /** Whether it can be asked: not so on a node that is gone. */
  readonly ready: boolean;
  /** When it was made, in RFC 3339; empty where that is not told. */
  readonly created: string;
}

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        // It becomes an argument of kubectl, which no cluster may have taken for a flag.
        name: z.string().refine(isObjectName),
        creationTimestamp: z.string().nullish(),
        deletionTimestamp: z.string().optional(),
      }),
      spec: z.object({ nodeName: z.string().default("") }),
      status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish() }).nullish(),
    }),
  ),
});

/** The pods that a label selector selects, without those that are going. */
export async function podsOf(kubectl: Kubectl, namespace: string, selector: string): Promise<readonly AgentPod[]> {
  const json = await kubectl.read(["get", "pods", "-n", namespace, "-l", selector, "-o", "json"]);
  return podList
    .parse(JSON.parse(json))
    .items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata, spec, status }) => {
      const ready = status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false;
      return { pod: metadata.name, node: spec.nodeName, ready, created: metadata.creationTimestamp ?? "" };
    });
}

/** The agent pods of a cluster, without those that are going. */
export const agentPods = (kubectl: Kubectl, names: CiliumObjects): Promise<readonly AgentPod[]> =>
  podsOf(kubectl, names.namespace, names.agentSelector);

/** The names of pods by their uids: a pod that comes back under its name has another. */
async function podUids(
  kubectl: Kubectl,
  namespace: string,
  pods: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const json = await kubectl.read(["get", "pod", ...pods, "-n", namespace, "--ignore-not-found", "-o", "json"]);
  return new Map(parseObjects(json).map(({ metadata }) => [metadata.uid, metadata.name]));
}

/**
 * Deletes pods and waits until they are gone.
 *
 * @throws Error when kubectl has ended well, and they are there all the same.
 */
export async function deletePods(kubectl: Kubectl, namespace: string, pods: readonly string[]): Promise<void> {
  const before = await podUids(kubectl, namespace, pods);
  const remove = ["delete", "pod", ...pods, "-n", namespace, "--ignore-not-found", "--wait=true"];
  // Once: a pod that comes back under its name is not to be deleted as well.
  await kubectl.once(remove, { silenceSeconds: DELETE_SECONDS });
  const after = await podUids(kubectl, namespace, pods);
  const left = [...after].filter(([uid]) => before.has(uid)).map(([, pod]) => pod);
  if (left.length > 0) {
    throw new Error(
      `kubectl has deleted pods of namespace ${namespace}, and they are there all the same: ${left.join(", ")}; ` +
        `see what keeps them: kubectl -n ${namespace} get pod ${left.join(" ")} -o yaml`,
    );
  }
}

/** Runs a command in an agent's container. */
export async function inAgent(
  kubectl: Kubectl,
  names: CiliumObjects,
  pod: string,
  command: readonly string[],
  silenceSeconds = EXEC_SECONDS,
): Promise<string> {
  const target = ["exec", "-n", names.namespace, pod, "-c", names.agentContainer, "--"];
  return kubectl.run([...target, ...command], { silenceSeconds });
}

/** What every agent of a cluster says about its peers; an agent that says nothing is part of the answer. */
export async function agentReports(
  kubectl: Kubectl,
  cluster: string,
  names: CiliumObjects,
  which: (agent: AgentPod) => boolean = () => true,
): Promise<readonly AgentReport[]> {
  const pods = (await agentPods(kubectl, names)).filter(which);
  return mapLimited(pods, AGENTS_AT_ONCE, async ({ pod, node }): Promise<AgentReport> => {
    try {
      const json = await inAgent(kubectl, names, pod, ["cilium-dbg", "status", "-o", "json"]);
      return { cluster, pod, node, peers: parseAgentStatus(json) };
    } catch (error) {
      return { cluster, pod, node, peers: { error: errorMessage(error) } };
    }
  });
}

/**
 * Has the kubelets bring changed Secrets to the agents at once: a pod's own change makes the kubelet sync its volumes, which otherwise
 * takes about a minute.
 */
export async function hurrySecrets(kubectl: Kubectl, names: CiliumObjects): Promise<void> {
  const stamp = `cilium-clustermesh/synced-at=${new Date().toISOString().replaceAll(":", "-")}`;
  await kubectl.run(["annotate", "pods", "-n", names.namespace, "-l", names.agentSelector, stamp, "--overwrite"]);
}

/** Waits until a workload (`kind/name`) runs from its current pod template. */
export async function rollOut(
  kubectl: Kubectl,
  namespace: string,
  workload: string,
  timeoutSeconds: number,
): Promise<void> {
  const status = ["rollout", "status", workload, "-n", namespace, `--timeout=${String(timeoutSeconds)}s`];
  await kubectl.run(status, { silenceSeconds: timeoutSeconds + 30 });
}

/** Waits until the agents and the operator run from their current pod template. What is not there any more has nothing to wait for. */
export async function waitForRollOut(
  kubectl: Kubectl,
  cluster: string,
  names: CiliumObjects,
  timeoutSeconds: number,
): Promise<void> {
  for (const workload of rolledWorkloads(names)) {
    if (!(await kubectl.exists(workload, names.namespace))) {
      progress(`cluster "${cluster}": ${workload} is not there`);
      continue;
    }
    progress(`cluster "${cluster}": waiting for the roll-out of ${workload}`);
    await rollOut(kubectl, names.namespace, workload, timeoutSeconds);
  }
}
