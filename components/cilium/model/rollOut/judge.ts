import { groupBy } from "../../../basics/model/lists";
import type { RolledPod } from "./pods";
import type { Workload } from "./workload";

/** Something that a roll-out waits for, or not any more. */
export interface Held {
  /** Absent where there is no pod yet. */
  readonly pod?: string;
  readonly node?: string;
  readonly why: string;
}

/** How a workload was before its template was changed: what did not run then is no reason to wait. */
export interface Before {
  /** Nodes without a ready pod. */
  readonly nodes: ReadonlySet<string>;
  /** How many nodes had no pod at all. */
  readonly missing: number;
  /** How many pods were ready. */
  readonly ready: number;
}

/** What is judged by. */
export interface Measure {
  /** Whether a pod was made from the template that is wanted. */
  readonly isNew: (pod: RolledPod) => boolean;
  /** Absent where it is not known. */
  readonly before?: Before | undefined;
  /** Nodes that have not answered since before the roll-out began. */
  readonly lost: ReadonlySet<string>;
}

/** How far a roll-out is. */
export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly waiting: readonly Held[];
  /** What did not run before either. */
  readonly excused: readonly Held[];
  /** Pods that have to be replaced; those that are not ready first, for their restart costs nothing. */
  readonly old: readonly RolledPod[];
  /** How many nodes have no ready pod just now, or are about to have a new one; those that are excused do not count. */
  readonly underWay: number;
}

const UNOBSERVED: Held = { why: "its controller has not seen the change yet: see whether the controller manager runs" };
const OLD = "still runs from the template of before";

function heldBy(pods: readonly RolledPod[], node: string, { isNew }: Measure): Held {
  const live = pods.filter(({ isEnding }) => !isEnding);
  const [pod] = [...live.filter(isNew), ...live, ...pods];
  if (pod === undefined) return { node, why: "has no pod yet" };
  const why = pod.isEnding || isNew(pod) ? pod.why : pod.why === "" ? OLD : `${OLD}, and ${pod.why}`;
  return { pod: pod.pod, node, why };
}

/** A pod without a node stands for itself. */
const byNode = (pods: readonly RolledPod[]): ReadonlyMap<string, readonly RolledPod[]> =>
  groupBy(pods, ({ pod, node }) => (node === "" ? `${pod} ` : node));

const readyLast = (pods: readonly RolledPod[]): readonly RolledPod[] =>
  pods.toSorted((a, b) => Number(a.ready) - Number(b.ready));

function judgeDaemonSet({ desired }: Workload, pods: readonly RolledPod[], measure: Measure): Progress {
  const { isNew, before, lost } = measure;
  const nodes = byNode(pods);
  const isDone = (own: readonly RolledPod[]) => own.some((pod) => pod.ready && isNew(pod));
  const open = [...nodes].filter(([, own]) => !isDone(own));
  const isExcused = ([node, own]: (typeof open)[number]) =>
    (before?.nodes.has(node) === true || lost.has(node)) && !own.some(({ ready }) => ready);
  const toWait = open.filter((each) => !isExcused(each));
  const unseen = [...new Set([...(before?.nodes ?? []), ...lost])].filter((node) => !nodes.has(node));
  const missing = Math.max(0, desired - nodes.size - Math.max(unseen.length, before?.missing ?? 0));
  const held = (each: typeof open) => each.map(([node, own]) => heldBy(own, node.trim(), measure));
  const hasOld = (own: readonly RolledPod[]) => own.some((pod) => !pod.isEnding && !isNew(pod));
  return {
    done: nodes.size - open.length,
    of: Math.max(desired, nodes.size),
    waiting: [
      ...held(toWait),
      ...(missing === 0 ? [] : [{ why: `${missing} ${missing === 1 ? "node has" : "nodes have"} no pod yet` }]),
    ],
    excused: held(open.filter(isExcused)),
    old: readyLast(pods.filter((pod) => !pod.isEnding && !isNew(pod))),
    underWay: missing + toWait.filter(([, own]) => !hasOld(own)).length,
  };
}

function judgeDeployment({ desired }: Workload, pods: readonly RolledPod[], measure: Measure): Progress {
  const { isNew, before } = measure;
  const live = pods.filter(({ isEnding }) => !isEnding);
  const done = live.filter((pod) => pod.ready && isNew(pod)).length;
  const needed = Math.min(desired, before?.ready ?? desired);
  const old = live.filter((pod) => !isNew(pod));
  const held = (some: readonly RolledPod[]) => some.map((pod) => heldBy([pod], pod.node, measure));
  const notReady = held(live.filter((pod) => isNew(pod) && !pod.ready));
  const missing = needed - done - notReady.length;
  const short = [...notReady, ...(missing > 0 ? [{ why: `${missing} pods are not there yet` }] : [])];
  return {
    done,
    of: desired,
    waiting: [...held(old), ...(done < needed ? short : [])],
    excused: done < needed ? [] : notReady,
    old: readyLast(old),
    underWay: notReady.length,
  };
}

/** How far the roll-out of a workload is, by its pods. */
export function judgeRollOut(workload: Workload, pods: readonly RolledPod[], measure: Measure): Progress {
  const judge = workload.kind === "DaemonSet" ? judgeDaemonSet : judgeDeployment;
  const seen = judge(workload, pods, measure);
  return workload.isObserved ? seen : { ...seen, waiting: [...seen.waiting, UNOBSERVED] };
}

/** What of a workload does not run by now, to be held against a roll-out that begins. */
export function beforeRollOut({ desired }: Workload, pods: readonly RolledPod[]): Before {
  const nodes = byNode(pods);
  const without = [...nodes].filter(([, own]) => !own.some(({ ready }) => ready)).map(([node]) => node);
  return {
    nodes: new Set(without),
    missing: Math.max(0, desired - nodes.size),
    ready: pods.filter(({ ready }) => ready).length,
  };
}

/** How many old pods may be deleted now; the others stay until those are back. */
export function nextToRestart(
  { atATime }: Workload,
  { old, underWay }: Progress,
  deleted: ReadonlySet<string>,
): readonly RolledPod[] {
  return old.filter(({ pod }) => !deleted.has(pod)).slice(0, Math.max(0, atATime - underWay));
}
