import { setTimeout as delay } from "node:timers/promises";
import { durationText } from "../basics/model/duration";
import { EndedError } from "../basics/model/ending";
import { printable } from "../basics/model/printable";
import { progress } from "../command/protocol";
import { saying } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { error, formatDiagnostics, type Diagnostic } from "../mesh/model/diagnostic";
import { deletePods } from "./agents";
import { sightOf, type NodeSight } from "./lostNodes";
import { rolledWorkloads, type CiliumObjects } from "./model/agentConfig";
import {
  beforeRollOut,
  judgeRollOut,
  nextToRestart,
  type Before,
  type Held,
  type Progress,
} from "./model/rollOut/judge";
import { parseRolledPods, ROLLED_POD_FIELDS, type RolledPod } from "./model/rollOut/pods";
import type { Workload } from "./model/rollOut/workload";
import { readWorkload } from "./readWorkload";

const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;
/** Nodes are looked at when nothing has moved for so long. */
const STANDS_STILL_MS = 15_000;
const SHOWN = 8;

type Cluster = Pick<ClusterApi, "command" | "object" | "objects" | "listFields" | "deletePods">;

/** A workload whose pods are to be replaced. */
export interface Rolling {
  readonly cluster: string;
  readonly namespace: string;
  /** `kind/name`. */
  readonly workload: string;
  /** How long nothing may move: a large cluster takes as long as it takes. */
  readonly timeoutSeconds: number;
  readonly before?: Before | undefined;
  /** Whether a pod is as it is to be. @default by the annotation of the pod template */
  readonly isNew?: (pod: RolledPod) => boolean;
  /** Whether old pods are deleted here, where no controller would. @default where it only replaces deleted pods */
  readonly restart?: boolean;
}

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

const where = ({ pod, node }: Held): string =>
  [pod === undefined ? [] : `pod ${pod}`, node === undefined || node === "" ? [] : `node ${node}`].flat().join(" on ");

function problemOf(
  { command }: Cluster,
  { cluster, namespace, workload }: Rolling,
  held: Held,
  sight: NodeSight,
): Diagnostic {
  const { pod, node } = held;
  const isNodeDown = node !== undefined && sight.notReady.has(node);
  const named = where(held);
  return error({
    cluster,
    property: named === "" ? workload : named,
    reason: isNodeDown ? `${held.why}; the node is not ready` : held.why,
    fix: isNodeDown
      ? `see ${command} describe node ${node}; bring it back, or remove it`
      : `see ${command} -n ${namespace} describe ${pod === undefined ? workload : `pod/${pod}`}`,
  });
}

function line(rolling: Rolling, { done, of, waiting }: Progress): string {
  const { cluster, workload } = rolling;
  const [first] = waiting;
  const why =
    first === undefined ? "" : `, first: ${[where(first), first.why].filter((part) => part !== "").join(" ")}`;
  return `cluster "${cluster}": waiting for the roll-out of ${workload}: ${done} of ${of} done${printable(why)}`;
}

function standsStill(api: Cluster, rolling: Rolling, seen: Progress, sight: NodeSight): Error {
  const { workload, timeoutSeconds } = rolling;
  const heading =
    `the roll-out of ${workload} stands still: ${seen.done} of ${seen.of} done, and no further one within ` +
    `${timeoutSeconds} s (clustermesh:wait.rollout); fix what is named, and run this again`;
  const unseen = sight.unseen === undefined ? [] : [`  whether nodes are ready cannot be seen: ${sight.unseen}`];
  const problems = seen.waiting.map((held) => problemOf(api, rolling, held, sight));
  return new EndedError([formatDiagnostics(heading, problems, SHOWN), ...unseen].join("\n"), "saysWhatToRun");
}

/** The controller counts nodes that are down among those that may be without a pod, and waits for them for ever. */
function isBlocked({ restarts, kind, atATime }: Workload, { excused, old }: Progress): boolean {
  return (
    kind === "DaemonSet" && restarts === "controller" && excused.length >= atATime && old.some(({ ready }) => ready)
  );
}

function sayWhoIsExcused(rolling: Rolling, { excused }: Progress): void {
  const [first] = excused;
  if (first !== undefined) {
    const problem = printable(`${where(first)} ${first.why}`);
    progress(
      `warning: cluster "${rolling.cluster}": ${rolling.workload}: ${excused.length} that did not run before are not waited for, first: ${problem}`,
    );
  }
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
        sayWhoIsExcused(rolling, seen);
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
        () => line(rolling, seen),
        `fails after ${durationText(rolling.timeoutSeconds * 1000)} without a further one`,
      );
      const isLate = lookedAt - movedAt > rolling.timeoutSeconds * 1000;
      if (isLate || lookedAt - Math.max(movedAt, sightAt) > STANDS_STILL_MS) {
        const known = sight.lost;
        const nodes = seen.waiting.flatMap(({ node }) => node ?? []);
        const now = await sightOf(api, nodes, begin);
        sight = { ...now, lost: new Set([...known, ...now.lost]) };
        sightAt = Date.now();
        if (isLate && sight.lost.size === known.size) throw standsStill(api, rolling, seen, sight);
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
