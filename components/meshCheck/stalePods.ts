import { mapLimited } from "../basics/mapLimited";
import { AGENTS_AT_ONCE, deletePod } from "../cilium/agents";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { podText } from "../cilium/model/endpoints";
import type { StalePod } from "../cilium/model/podIdentity";
import { findStalePods } from "../cilium/stalePods";
import { progress } from "../command/protocol";
import { until } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { OpenCluster } from "../kubernetes/openClusters";
import type { MaxConnectedClusters } from "../mesh/model/mesh";
import { error, formatDiagnostic, formatDiagnostics, DIAGNOSTICS_SHOWN } from "../mesh/model/diagnostic";
import {
  LIVE_POD_FIELDS,
  parseLivePods,
  planRestarts,
  stalePodFinding,
  stalePodRow,
  type StalePodRow,
} from "./model/stalePods";

/** Restarted agents give their pods new identities by themselves, as soon as they have allocated them. */
const REGENERATION_MS = 20_000;

/** What is looked for, and what is done about it. */
export interface StalePodPolicy {
  readonly cilium: CiliumObjects;
  readonly maxConnectedClusters: MaxConnectedClusters;
  readonly restartStalePods: boolean;
}

/** Deletes those of the stale pods whose turn it is. Returns those that are left for now, and those that no controller would replace. */
async function restart(api: ClusterApi, stale: readonly StalePod[]) {
  const namespaces = [...new Set(stale.map(({ pod }) => pod.namespace))].filter((name) => name !== "");
  const lists = await mapLimited(namespaces, AGENTS_AT_ONCE, (namespace) =>
    api.listFields("pods", { namespace }, LIVE_POD_FIELDS),
  );
  const plan = planRestarts(stale, lists.flatMap(parseLivePods));
  await mapLimited(plan.now, AGENTS_AT_ONCE, async ({ name, stale: { cluster, pod, identity } }) => {
    progress(`cluster "${cluster}": restarting pod ${pod.namespace}/${name}, whose identity ${identity} is stale`);
    await deletePod(api, pod.namespace, name);
  });
  return { waiting: [...plan.now.map((each) => each.stale), ...plan.later], never: plan.never };
}

/** Restarts until only pods are stale that no controller would replace. */
async function restartAll(
  cluster: OpenCluster,
  deadline: number,
  find: () => Promise<readonly StalePod[]>,
): Promise<readonly StalePod[]> {
  const { waiting, never } = await until(
    deadline,
    async () => restart(cluster.api, await find()),
    (seen) => seen.waiting.length === 0,
    (seen) => {
      const [first] = seen.waiting;
      const which = first === undefined ? "" : `, first: pod ${podText(first.pod)}`;
      return `cluster "${cluster.name}": ${seen.waiting.length} pods keep stale identities${which}`;
    },
  );
  if (waiting.length > 0) {
    const problems = waiting.map((pod) => error(stalePodFinding(pod, cluster.api.command)));
    const heading = "pods have kept identities from before the change of the id";
    throw new Error(formatDiagnostics(heading, problems, DIAGNOSTICS_SHOWN));
  }
  return never;
}

/** Names each agent once whose pods are not known: who asks again and again has no room for more. */
function namingOnce(cluster: string): (agent: string, why: string) => void {
  const named = new Set<string>();
  return (agent, why) => {
    if (!named.has(agent)) {
      progress(`warning: cluster "${cluster}": identities of the pods of agent ${agent} are not known: ${why}`);
    }
    named.add(agent);
  };
}

/**
 * Looks for pods whose identities are from before the change of their cluster's id, once the agents have had time to change them. Says what
 * to do, or does it where the user has asked for it.
 *
 * @throws Error with the pods that were restarted and stay stale.
 */
export async function settleStalePods(
  clusters: readonly OpenCluster[],
  policy: StalePodPolicy,
  deadline: number,
): Promise<readonly StalePodRow[]> {
  const rows = await Promise.all(
    clusters.map(async (cluster) => {
      const patience = Math.min(REGENERATION_MS, (deadline - Date.now()) / 2);
      const say = namingOnce(cluster.name);
      const find = async () => {
        const found = await findStalePods(cluster, policy);
        for (const { agent, why } of found.silent) say(agent, why);
        return found;
      };
      const { pods: stale, restoring } = await until(
        Date.now() + patience,
        find,
        ({ pods, restoring: some }) => pods.length + some.length === 0,
        ({ pods, restoring: some }) =>
          `cluster "${cluster.name}": agents have to give ${pods.length} pods new identities, and ${some.length} to restore their pods`,
      );
      for (const agent of restoring) say(agent, `it has not restored them within ${Math.ceil(patience / 1000)} s`);
      const findPods = async () => (await find()).pods;
      const left = stale.length > 0 && policy.restartStalePods ? await restartAll(cluster, deadline, findPods) : stale;
      for (const pod of left) progress(`warning: ${formatDiagnostic(stalePodFinding(pod, cluster.api.command))}`);
      return left.map((pod) => stalePodRow(pod, cluster.api.command));
    }),
  );
  return rows.flat();
}
