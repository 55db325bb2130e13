import { EndedError } from "../basics/model/ending";
import { printable } from "../basics/model/printable";
import { error, formatDiagnostics, type Diagnostic } from "../mesh/model/diagnostic";
import type { NodeSight } from "./lostNodes";
import type { Before, Held, Progress } from "./model/rollOut/judge";
import type { RolledPod } from "./model/rollOut/pods";

const SHOWN = 8;

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

const where = ({ pod, node }: Held): string =>
  [pod === undefined ? [] : `pod ${pod}`, node === undefined || node === "" ? [] : `node ${node}`].flat().join(" on ");

function problemOf(
  command: string,
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

/** How far a roll-out is, and what it waits for first. */
export function rollOutLine(rolling: Rolling, { done, of, waiting }: Progress): string {
  const { cluster, workload } = rolling;
  const [first] = waiting;
  const why =
    first === undefined ? "" : `, first: ${[where(first), first.why].filter((part) => part !== "").join(" ")}`;
  return `cluster "${cluster}": waiting for the roll-out of ${workload}: ${done} of ${of} done${printable(why)}`;
}

/** @param command How a person calls kubectl for the cluster. */
export function standsStill(command: string, rolling: Rolling, seen: Progress, sight: NodeSight): Error {
  const { workload, timeoutSeconds } = rolling;
  const heading =
    `the roll-out of ${workload} stands still: ${seen.done} of ${seen.of} done, and no further one within ` +
    `${timeoutSeconds} s (clustermesh:wait.rollout); fix what is named, and run this again`;
  const unseen = sight.unseen === undefined ? [] : [`  whether nodes are ready cannot be seen: ${sight.unseen}`];
  const problems = seen.waiting.map((held) => problemOf(command, rolling, held, sight));
  return new EndedError([formatDiagnostics(heading, problems, SHOWN), ...unseen].join("\n"), "saysWhatToRun");
}

/** Pods that were not ready before either are not waited for; `undefined` where there are none. */
export function excusedLine(rolling: Rolling, { excused }: Progress): string | undefined {
  const [first] = excused;
  if (first === undefined) return undefined;
  const problem = printable(`${where(first)} ${first.why}`);
  return `warning: cluster "${rolling.cluster}": ${rolling.workload}: ${excused.length} that did not run before are not waited for, first: ${problem}`;
}
