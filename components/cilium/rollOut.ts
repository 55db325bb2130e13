import { setTimeout as delay } from "node:timers/promises";
import { durationText } from "../basics/model/duration";
import { progress } from "../command/protocol";
import { saying } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { deletePods } from "./agents";
import { sightOf, type NodeSight } from "./lostNodes";
import { rolledWorkloads, type CiliumObjects } from "./model/agentConfig";
import { beforeRollOut, judgeRollOut, nextToRestart, type Before, type Progress } from "./model/rollOut/judge";
import { parseRolledPods, ROLLED_POD_FIELDS, type RolledPod } from "./model/rollOut/pods";
import type { Workload } from "./model/rollOut/workload";
import { readWorkload } from "./readWorkload";
import { excusedLine, rollOutLine, standsStill, type Rolling } from "./rollOutWords";

const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;
/** Nodes are looked at when nothing has moved for so long. */
const STANDS_STILL_MS = 15_000;
const SHOWN = 8;

type Cluster = Pick<ClusterApi, "command" | "object" | "objects" | "listFields" | "deletePods">;

async function podsOf(api: Cluster, namespace: string, workload: Workload): Promise<readonly RolledPod[]> {
  const { selector } = workload;
  return parseRolledPods(await api.listFields("pods", { namespace, selector }, ROLLED_POD_FIELDS), workload);
}

/** How workloads are before their templates are changed, by `kind/name`. */
export async function lookBefore(
  api: Cluster,
  namespace: string,
  workloads: readonly Workload[],
): Promise<ReadonlyMap<string, Before>> {
  const before = new Map<string, Before>();
  for (const workload of workloads) {
    before.set(workload.name, beforeRollOut(workload, await podsOf(api, namespace, workload)));
  }
  return before;
}

/** The controller counts nodes that are down among those that may be without a pod, and waits for them for ever. */
function isBlocked({ restarts, kind, atATime }: Workload, { excused, old }: Progress): boolean {
  return (
    kind === "DaemonSet" && restarts === "controller" && excused.length >= atATime && old.some(({ ready }) => ready)
  );
}

async function restartNext(
  api: Cluster,
  { cluster, namespace, workload }: Rolling,
  live: Workload,
  seen: Progress,
  deleted: Set<string>,
): Promise<void> {
  const next = nextToRestart(live, seen, deleted);
  if (next.length === 0) return;
  const pods = next.map(({ pod }) => pod);
  if (deleted.size === 0) {
    progress(
      `cluster "${cluster}": ${workload}: ${seen.old.length} pods are restarted, ${live.atATime} at a time, first ${pods.slice(0, SHOWN).join(", ")}`,
    );
  }
  await deletePods(api, namespace, pods);
  pods.forEach((pod) => deleted.add(pod));
}

/**
 * Follows a roll-out by its objects until the controller's status says that every pod is made from the template and ready (`isComplete`), or
 * its pods are (`judgeRollOut`); restarts the pods itself, a few at a time, where no controller does. Pods that did not run before the change,
 * and nodes that were down, are named and not waited for.
 *
 * @throws Error that names pods, nodes and reasons when nothing has moved for too long.
 */
export async function followRollOut(api: Cluster, rolling: Rolling): Promise<void> {
  const { cluster, namespace, workload, before } = rolling;
  const begin = Date.now();
  const deleted = new Set<string>();
  let sight: NodeSight = { lost: new Set(), notReady: new Set() };
  let most = -1;
  let movedAt = begin;
  let sightAt = begin;
  await saying(async (set) => {
    for (;;) {
      const lookedAt = Date.now();
      const live = await readWorkload(api, namespace, workload);
      if (live === undefined) {
        progress(`cluster "${cluster}": ${workload} is not there`);
        return;
      }
      if (rolling.isNew === undefined && live.isComplete) return;
      const { isNew = (pod: RolledPod) => pod.annotation === live.annotation } = rolling;
      const seen = judgeRollOut(live, await podsOf(api, namespace, live), { isNew, before, lost: sight.lost });
      const restart = rolling.restart ?? (live.restarts === "onDelete" || isBlocked(live, seen));
      const left = restart ? seen.old.filter(({ pod }) => !deleted.has(pod)) : [];
      if (seen.waiting.length + left.length === 0) {
        const excused = excusedLine(rolling, seen);
        if (excused !== undefined) progress(excused);
        return;
      }
      if (live.restarts === "paused" && rolling.isNew === undefined) {
        progress(
          `warning: cluster "${cluster}": ${workload} is paused, so nobody restarts its ${seen.old.length} pods: ${api.command} -n ${namespace} rollout resume ${workload}`,
        );
        return;
      }
      if (seen.done > most) {
        most = seen.done;
        movedAt = Date.now();
      }
      set(
        () => rollOutLine(rolling, seen),
        `fails after ${durationText(rolling.timeoutSeconds * 1000)} without a further one`,
      );
      const isLate = lookedAt - movedAt > rolling.timeoutSeconds * 1000;
      if (isLate || lookedAt - Math.max(movedAt, sightAt) > STANDS_STILL_MS) {
        const known = sight.lost;
        const nodes = seen.waiting.flatMap(({ node }) => node ?? []);
        const now = await sightOf(api, nodes, begin);
        sight = { ...now, lost: new Set([...known, ...now.lost]) };
        sightAt = Date.now();
        if (isLate && sight.lost.size === known.size) throw standsStill(api.command, rolling, seen, sight);
      }
      if (restart) await restartNext(api, rolling, live, seen, deleted);
      await pause(begin, lookedAt);
    }
  });
}

/** What takes long, or costs a large cluster much, is asked less often. */
function pause(begin: number, lookedAt: number): Promise<void> {
  const now = Date.now();
  const slowly = Math.min(LONGEST_PAUSE_MS, (now - begin) / 10);
  return delay(Math.max(SHORTEST_PAUSE_MS, slowly, 2 * (now - lookedAt)));
}

/**
 * Waits until the agents and the operator run from their current pod template. What is not there any more has nothing to wait for.
 *
 * @param before How they were before the template was changed, where that is known.
 */
export async function waitForRollOut(
  api: Cluster,
  cluster: string,
  cilium: CiliumObjects,
  timeoutSeconds: number,
  before: ReadonlyMap<string, Before> = new Map(),
): Promise<void> {
  const { namespace } = cilium;
  for (const workload of rolledWorkloads(cilium)) {
    progress(`cluster "${cluster}": waiting for the roll-out of ${workload}`);
    await followRollOut(api, { cluster, namespace, workload, timeoutSeconds, before: before.get(workload) });
  }
}
