import type { Kubectl } from "../kubectl";
import { mapLimited } from "../mapLimited";
import { FIELD_MANAGER, type CiliumObjects } from "../model/agentConfig";
import type { MaxConnectedClusters } from "../model/mesh";
import { firstFew } from "../model/bounded";
import { appliedAt } from "../model/appliedAt";
import { agentsAtATime, describeRunningAs, parseRunningAs, podSelector, runsOtherwise } from "../model/runningAs";
import { agentPods, AGENTS_AT_ONCE, deletePods, inAgent, ONLY_EXEC_SECONDS, podsOf, type AgentPod } from "./agents";
import { errorMessage } from "./errorMessage";
import { readConfigMap } from "./originals";
import { progress } from "./protocol";
import { rollOut } from "./rollOut";
import { until } from "./until";

/** A member whose agents are to run with what its `cilium-config` says. */
export interface Restarted {
  readonly cluster: string;
  readonly names: CiliumObjects;
  readonly desired: Readonly<Record<string, string>>;
  readonly maxConnectedClusters: MaxConnectedClusters;
  /** How long the agents of a batch, and the operator, may take to be back. */
  readonly timeoutSeconds: number;
}

/** Pods from before that time, in RFC 3339. Younger ones have read what was written then. */
const olderThan = (pods: readonly AgentPod[], time: string | undefined): readonly AgentPod[] =>
  pods.filter(({ created }) => time === undefined || created === "" || Date.parse(created) < Date.parse(time));

const podNames = (pods: readonly AgentPod[]): readonly string[] => pods.map(({ pod }) => pod);

/** The agents that run with another name or id. One that cannot be asked is left alone, and named. */
async function outdatedAgents(
  kubectl: Kubectl,
  { cluster, names, desired, maxConnectedClusters }: Restarted,
  written: string | undefined,
): Promise<readonly AgentPod[]> {
  const old = olderThan(await agentPods(kubectl, names), written).filter(({ ready }) => ready);
  const judged = await mapLimited(old, AGENTS_AT_ONCE, async (agent) => {
    try {
      const ask = ["cilium-dbg", "status", "-o", "json"];
      const json = await inAgent(kubectl, names, agent.pod, ask, ONLY_EXEC_SECONDS);
      const running = parseRunningAs(json, maxConnectedClusters);
      if (!runsOtherwise(running, desired)) {
        return [];
      }
      progress(`cluster "${cluster}": agent ${agent.pod} on node ${agent.node} runs as ${describeRunningAs(running)}`);
      return [agent];
    } catch (error) {
      const why = errorMessage(error);
      progress(`warning: cluster "${cluster}": agent ${agent.pod} does not say with which name it runs: ${why}`);
      return [];
    }
  });
  return judged.flat();
}

/** Restarts agents, and returns when their nodes have others that are ready. */
async function restartBatch(kubectl: Kubectl, member: Restarted, batch: readonly AgentPod[]): Promise<void> {
  const { names, cluster, timeoutSeconds } = member;
  const gone = new Set(podNames(batch));
  await deletePods(kubectl, names.namespace, [...gone]);
  const missing = await until(
    Date.now() + timeoutSeconds * 1000,
    async () => {
      const back = (await agentPods(kubectl, names)).filter(({ ready, pod }) => ready && !gone.has(pod));
      return batch.filter(({ node }) => !back.some((each) => each.node === node));
    },
    (seen) => seen.length === 0,
    (seen) => `cluster "${cluster}": no agent is ready again on ${firstFew(seen.map(({ node }) => node)).join(", ")}`,
  );
  if (missing.length > 0) {
    const nodes = missing.map(({ node }) => node).join(", ");
    throw new Error(
      `cluster "${cluster}": no agent is ready on ${nodes} ${String(timeoutSeconds)} s after it was restarted; ` +
        `see kubectl -n ${names.namespace} describe daemonset/${names.daemonSet}, and run pulumi up again`,
    );
  }
}

async function restartAgents(kubectl: Kubectl, member: Restarted, agents: readonly AgentPod[]): Promise<void> {
  const { cluster, names, desired } = member;
  const json = await kubectl.read(["get", `daemonset/${names.daemonSet}`, "-n", names.namespace, "-o", "json"]);
  const size = agentsAtATime(json);
  for (let first = 0; first < agents.length; first += size) {
    const batch = agents.slice(first, first + size);
    const which = podNames(batch).join(", ");
    const count = `${String(first + batch.length)} of ${String(agents.length)}`;
    progress(`cluster "${cluster}": restarting ${which} (${count}), which ${JSON.stringify(desired)} has not reached`);
    await restartBatch(kubectl, member, batch);
  }
}

/** The operator's pods from before: what they run with nobody can ask, and a restart of theirs disturbs nothing. */
async function restartOperator(kubectl: Kubectl, member: Restarted, written: string | undefined): Promise<void> {
  const { cluster, names, timeoutSeconds } = member;
  const target = names.operator === undefined ? undefined : `deployment/${names.operator}`;
  if (target === undefined || !(await kubectl.exists(target, names.namespace))) {
    return;
  }
  const selector = podSelector(await kubectl.read(["get", target, "-n", names.namespace, "-o", "json"]));
  const old = olderThan(await podsOf(kubectl, names.namespace, selector), written);
  if (old.length === 0) {
    return;
  }
  progress(`cluster "${cluster}": restarting ${podNames(old).join(", ")}`);
  await deletePods(kubectl, names.namespace, podNames(old));
  await rollOut(kubectl, names.namespace, target, timeoutSeconds);
}

/**
 * Restarts what runs with another name or id than `cilium-config` has: both are read at a start alone, and somebody may have had other values
 * there while agents were restarted. Once the values are back nothing rolls by itself, for the pod template has never changed. A few agents at
 * a time, as their DaemonSet allows, then the operator.
 *
 * After a roll-out of the pod template there is nothing to ask and to do: all pods are younger than the values.
 *
 * @throws Error when restarted agents do not get ready in time.
 */
export async function restartOutdated(kubectl: Kubectl, member: Restarted): Promise<void> {
  const config = await readConfigMap(kubectl, member.names);
  const written = appliedAt(config?.managedFields, FIELD_MANAGER);
  const agents = await outdatedAgents(kubectl, member, written);
  if (agents.length > 0) {
    await restartAgents(kubectl, member, agents);
  }
  if (agents.length > 0 || written !== undefined) {
    await restartOperator(kubectl, member, written);
  }
}
