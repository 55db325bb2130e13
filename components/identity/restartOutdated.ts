import { errorMessage } from "../basics/errorMessage";
import { firstFew } from "../basics/model/bounded";
import {
  agentPods,
  AGENTS_AT_ONCE,
  deletePods,
  inAgent,
  olderThan,
  ONLY_EXEC_SECONDS,
  podsOf,
  type AgentPod,
} from "../cilium/agents";
import { readConfigMap } from "../cilium/configMap";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { Before } from "../cilium/model/rollOut/judge";
import { describeRunningAs, parseRunningAs, runsOtherwise } from "../cilium/model/runningAs";
import { readWorkload } from "../cilium/readWorkload";
import { followRollOut, lookBefore } from "../cilium/rollOut";
import { progress } from "../command/protocol";
import { withEach } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { appliedEntry } from "../kubernetes/model/managedFields";
import { FIELD_MANAGER } from "../kubernetes/model/ownership";
import type { MaxConnectedClusters } from "../mesh/model/mesh";
import type { AgentIdentity } from "./setIdentity";

/** A cluster whose agents are to run with the values of its `cilium-config`. */
export interface Restarted {
  readonly cluster: string;
  readonly cilium: CiliumObjects;
  readonly desired: Readonly<Record<string, string>>;
  readonly maxConnectedClusters: MaxConnectedClusters;
  /** Where name and id are as they were installed, writing them says nothing of what the operator runs with. */
  readonly identity: AgentIdentity["identity"];
  /** How long the agents of a batch, and the operator, may take to be back. */
  readonly timeoutSeconds: number;
}

const podNames = (pods: readonly AgentPod[]): readonly string[] => pods.map(({ pod }) => pod);

/** The agents that run with another name or id. One that cannot be asked is left alone, and named. */
async function outdatedAgents(
  api: ClusterApi,
  { cluster, cilium, desired, maxConnectedClusters }: Restarted,
  written: string | undefined,
): Promise<readonly AgentPod[]> {
  const old = olderThan(await agentPods(api, cilium), written).filter(({ ready }) => ready);
  const what = `cluster "${cluster}": older agents asked for their name and id`;
  const judged = await withEach(what, old, AGENTS_AT_ONCE, async (agent) => {
    try {
      const ask = ["cilium-dbg", "status", "-o", "json"];
      const json = await inAgent(api, cilium, agent.pod, ask, ONLY_EXEC_SECONDS);
      const running = parseRunningAs(json, maxConnectedClusters);
      if (!runsOtherwise(running, desired)) return [];
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

/** Has agents replaced, as many at a time as their DaemonSet allows, and waits until the others are ready. */
async function restartAgents(api: ClusterApi, member: Restarted, agents: readonly AgentPod[]): Promise<void> {
  const { namespace, daemonSet } = member.cilium;
  const live = await readWorkload(api, namespace, `daemonset/${daemonSet}`);
  if (live === undefined) return;
  await replaced(api, member, live.name, agents, await lookBefore(api, namespace, [live]), true);
}

/** Waits until a workload has other pods than these, and deletes these where nobody has. */
function replaced(
  api: ClusterApi,
  { cluster, cilium, timeoutSeconds }: Restarted,
  workload: string,
  pods: readonly AgentPod[],
  before: ReadonlyMap<string, Before>,
  restart: boolean,
): Promise<void> {
  const old = new Set(podNames(pods));
  const isNew = ({ pod }: { readonly pod: string }) => !old.has(pod);
  const { namespace } = cilium;
  return followRollOut(api, {
    ...{ cluster, namespace, workload, timeoutSeconds, isNew, restart },
    before: before.get(workload),
  });
}

/** The operator's pods from before: what they run with nobody can ask, and a restart of theirs disturbs nothing. */
async function restartOperator(api: ClusterApi, member: Restarted, written: string | undefined): Promise<void> {
  const { cluster, cilium } = member;
  const target = cilium.operator === false ? undefined : `deployment/${cilium.operator}`;
  const live = target === undefined ? undefined : await readWorkload(api, cilium.namespace, target);
  if (live === undefined) return;
  const old = olderThan(await podsOf(api, cilium.namespace, live.selector), written);
  if (old.length === 0) return;
  progress(`cluster "${cluster}": restarting ${firstFew(podNames(old)).join(", ")}`);
  const before = await lookBefore(api, cilium.namespace, [live]);
  await deletePods(api, cilium.namespace, podNames(old));
  await replaced(api, member, live.name, old, before, false);
}

/**
 * Restarts what runs with another name or id than `cilium-config` has: both are read at a start alone, and another manager may have had other values
 * there while agents were restarted. Once the values are back nothing rolls by itself, for the pod template has never changed. A few agents at
 * a time, as their DaemonSet allows, then the operator.
 *
 * After a roll-out of all pod templates there is nothing to ask and to do: every pod is younger than the values.
 *
 * @throws Error when restarted agents do not get ready in time.
 */
export async function restartOutdated(api: ClusterApi, member: Restarted): Promise<void> {
  const config = await readConfigMap(api, member.cilium);
  const written = appliedEntry(config?.managedFields ?? [], FIELD_MANAGER)?.time;
  const agents = await outdatedAgents(api, member, written);
  if (agents.length > 0) await restartAgents(api, member, agents);
  const isSet = member.identity === "set" && written !== undefined;
  if (agents.length > 0 || isSet) await restartOperator(api, member, written);
}
