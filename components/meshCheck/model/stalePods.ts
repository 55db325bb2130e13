import { z } from "zod";
import { firstFew, keepWithin } from "../../basics/model/bounded";
import { present } from "../../basics/model/own";
import { podText, type PodRef } from "../../cilium/model/endpoints";
import type { StalePod } from "../../cilium/model/podIdentity";
import type { Fields } from "../../kubernetes/model/fields";
import { conditions, isReady, ownerReferences, podName } from "../../kubernetes/model/pod";
import type { Finding } from "../../mesh/model/diagnostic";

interface StalePodLine {
  readonly cluster: string;
  readonly pod: string;
  readonly identity: number;
  readonly restart: string;
}

/** A stale pod, or the number of those that there is no room for, with the first few of their clusters. */
export type StalePodRow = StalePodLine | { readonly others: number; readonly clusters: readonly string[] };

/** A live pod, as far as restarting it is concerned. */
export interface LivePod {
  readonly namespace: string;
  readonly name: string;
  readonly addresses: readonly string[];
  /** What makes a new pod when this one is deleted; absent where nothing does. */
  readonly owner?: string;
  readonly ready: boolean;
  /** It has been deleted, and is still there. */
  readonly isEnding: boolean;
}

/** What of a pod {@link parseLivePods} reads. */
export const LIVE_POD_FIELDS: Fields = {
  metadata: {
    name: "text",
    namespace: "text",
    deletionTimestamp: "text",
    ownerReferences: [{ kind: "text", uid: "text", controller: "json" }],
  },
  status: { phase: "text", podIPs: [{ ip: "text" }], conditions: [{ type: "text", status: "text" }] },
};

const pod = z.object({
  metadata: z.object({
    name: podName,
    namespace: z.string().default(""),
    deletionTimestamp: z.string().optional(),
    ownerReferences,
  }),
  status: z
    .object({ phase: z.string().nullish(), podIPs: z.array(z.object({ ip: z.string() })).nullish(), conditions })
    .nullish(),
});

const pods = z.object({ items: z.array(pod) });

/** Owners whose pods are left alone: a node's are static and deleting them does nothing, a job's would start their work again. */
const NEVER = new Set(["Node", "Job"]);

/** In these a pod has no endpoint any more. It keeps the address that another one has by now, and never is ready again. */
const ENDED = ["Succeeded", "Failed"] as const;
const isEnded = (phase: unknown): boolean => ENDED.some((each) => each === phase);

/**
 * Reads pods as `kubectl get pods -o json` prints them, by {@link LIVE_POD_FIELDS}, but for those that have ended. A pod that is being deleted is not ready, whatever its status; one that its node owns is static, and
 * deleting it does nothing.
 */
export function parseLivePods(json: string): readonly LivePod[] {
  const live = pods.parse(JSON.parse(json)).items.filter(({ status }) => !isEnded(status?.phase));
  return live.map(({ metadata, status }) => {
    const isEnding = metadata.deletionTimestamp !== undefined;
    return present({
      namespace: metadata.namespace,
      name: metadata.name,
      addresses: (status?.podIPs ?? []).map(({ ip }) => ip),
      owner: metadata.ownerReferences?.find((each) => each.controller && !NEVER.has(each.kind))?.uid,
      ready: isReady(status?.conditions) && !isEnding,
      isEnding,
    });
  });
}

/** A stale pod, and its name. */
export interface Restart {
  readonly stale: StalePod;
  readonly name: string;
}

/** What to do now about the stale pods of a cluster. */
export interface RestartPlan {
  readonly now: readonly Restart[];
  /** After others of the same owner are back. */
  readonly later: readonly StalePod[];
  /** Nothing would make a new one. */
  readonly never: readonly StalePod[];
}

const isSame = (live: LivePod, pod: PodRef): boolean =>
  live.namespace === pod.namespace &&
  (pod.by === "name" ? live.name === pod.name : live.addresses.includes(pod.address));

/**
 * Which stale pods to delete now: at most one of each owner, and none that serves while another one of its owner does not, so that no
 * workload is ever gone as a whole. A pod that is no longer there needs nothing; one whose namespace is not known is left to the user.
 */
export function planRestarts(stale: readonly StalePod[], live: readonly LivePod[]): RestartPlan {
  const now: Restart[] = [];
  const later: StalePod[] = [];
  const never: StalePod[] = [];
  const taken = new Set<string>();
  for (const each of stale) {
    const there = live.find((pod) => isSame(pod, each.pod));
    if (there === undefined) {
      if (each.pod.namespace === "") never.push(each);
      continue;
    }
    const { owner } = there;
    if (owner === undefined) {
      never.push(each);
      continue;
    }
    const allReady = live.every((other) => other.owner !== owner || other.ready);
    if (there.isEnding || taken.has(owner) || (there.ready && !allReady)) {
      later.push(each);
    } else {
      taken.add(owner);
      now.push({ stale: each, name: there.name });
    }
  }
  return { now, later, never };
}

/** The command that restarts a pod; of one whose namespace or address is not known, that which shows where it is. */
function restartCommand({ pod }: StalePod, kubectl: string): string {
  if (pod.by === "name") return `${kubectl} -n ${pod.namespace} delete pod ${pod.name}`;
  const selector = [`status.podIP=${pod.address}`, ...ENDED.map((phase) => `status.phase!=${phase}`)].join(",");
  if (pod.address === "") return `${kubectl} get pods --all-namespaces -o wide`;
  return pod.namespace === ""
    ? `${kubectl} get pods --all-namespaces --field-selector=${selector}`
    : `${kubectl} -n ${pod.namespace} delete pod --field-selector=${selector}`;
}

/** @param kubectl How a person calls it for the pod's cluster. */
export function stalePodRow(stale: StalePod, kubectl: string): StalePodLine {
  const { cluster, pod, identity } = stale;
  return { cluster, pod: podText(pod), identity, restart: restartCommand(stale, kubectl) };
}

const LAST_ROW_BYTES = 240;

/**
 * The rows of stale pods, as far as there is room for them.
 *
 * @param most Bytes.
 */
export function stalePodRowsWithin(rows: readonly StalePodRow[], most: number): readonly StalePodRow[] {
  if (keepWithin(rows, most).left.length === 0) return rows;
  const { kept, left } = keepWithin(rows, most - LAST_ROW_BYTES);
  const clusters = [...new Set(left.flatMap((row) => ("cluster" in row ? [row.cluster] : row.clusters)))];
  return [...kept, { others: left.length, clusters: firstFew(clusters) }];
}

/** What there is to say of a stale pod, whatever it weighs. */
export function stalePodFinding(stale: StalePod, kubectl: string): Finding {
  return {
    cluster: stale.cluster,
    property: `pod ${podText(stale.pod)}`,
    reason: `has identity ${stale.identity} of cluster id ${stale.id}, from before the change of the id: peers do not know it`,
    fix: `restart it: ${stalePodRow(stale, kubectl).restart}`,
  };
}
