import { z } from "zod";
import { cutText } from "../../../basics/model/bounded";
import type { Fields } from "../../../kubernetes/model/fields";
import { isReady, ownerReferences, podName } from "../../../kubernetes/model/pod";
import { ROLLOUT_ANNOTATION } from "../agentConfig";
import type { Workload } from "./workload";

/** A pod of a workload that rolls. */
export interface RolledPod {
  readonly pod: string;
  /** Its node, or the one that it is meant for; empty where it has none yet. */
  readonly node: string;
  /** Value of the annotation that rolls it. */
  readonly annotation: string;
  readonly ready: boolean;
  readonly isEnding: boolean;
  /** Why it is not ready, in the cluster's words. */
  readonly why: string;
}

const STATE: Fields = { waiting: "json", terminated: { exitCode: "json", reason: "text", message: "text" } };
const CONTAINERS: readonly [Fields] = [{ name: "text", state: STATE, lastState: STATE }];

/** What of a pod {@link parseRolledPods} reads. */
export const ROLLED_POD_FIELDS: Fields = {
  metadata: {
    name: "text",
    annotations: { [ROLLOUT_ANNOTATION]: "text" },
    deletionTimestamp: "text",
    ownerReferences: [{ kind: "text", uid: "text", controller: "json" }],
  },
  spec: {
    nodeName: "text",
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: "json" }] },
      },
    },
  },
  status: {
    phase: "text",
    conditions: [{ type: "text", status: "text", reason: "text", message: "text" }],
    initContainerStatuses: CONTAINERS,
    containerStatuses: CONTAINERS,
  },
};

const ended = z.object({
  exitCode: z.int().default(0),
  reason: z.string().default(""),
  message: z.string().default(""),
});

const state = z.object({
  waiting: z.object({ reason: z.string().default(""), message: z.string().default("") }).nullish(),
  terminated: ended.nullish(),
});

const container = z.object({ name: z.string(), state: state.nullish(), lastState: state.nullish() });
type Container = z.infer<typeof container>;

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
});

/** With it a DaemonSet's controller sets the node of a pod. */
const affinity = z.object({
  nodeAffinity: z.object({
    requiredDuringSchedulingIgnoredDuringExecution: z.object({
      nodeSelectorTerms: z.array(
        z.object({
          matchFields: z.array(z.object({ key: z.string(), values: z.array(z.string()).nullish() })).nullish(),
        }),
      ),
    }),
  }),
});

const pod = z.object({
  metadata: z.object({
    name: podName,
    annotations: z.record(z.string(), z.string()).nullish(),
    deletionTimestamp: z.string().nullish(),
    ownerReferences,
  }),
  spec: z.object({ nodeName: z.string().default(""), affinity: z.unknown().optional() }).prefault({}),
  status: z
    .object({
      phase: z.string().default(""),
      conditions: z.array(condition).nullish(),
      initContainerStatuses: z.array(container).nullish(),
      containerStatuses: z.array(container).nullish(),
    })
    .prefault({}),
});

type Live = z.infer<typeof pod>;

const WORDS_BYTES = 400;
const LAST_LINES = 3;

/** A cluster's words in one line of bounded length; of several lines the last ones, which show what came of it. */
function words(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return cutText(lines.slice(-LAST_LINES).join(" | "), WORDS_BYTES);
}

const said = (...parts: readonly string[]): string =>
  parts
    .map(words)
    .filter((part) => part !== "")
    .join(": ");

function howItEnded({ exitCode, reason, message }: z.infer<typeof ended>): string {
  return said(`ended with exit code ${exitCode}${reason === "" ? "" : ` (${reason})`}`, message);
}

function faultOf({ name, state: now, lastState }: Container): string | undefined {
  const { waiting, terminated } = now ?? {};
  const last = terminated ?? lastState?.terminated ?? undefined;
  const before = last === undefined ? "" : howItEnded(last);
  if (waiting != null) return said(`container ${name}`, waiting.reason, before === "" ? waiting.message : before);
  const failed = terminated != null && terminated.exitCode !== 0;
  return failed || (now?.terminated == null && before !== "") ? said(`container ${name}`, before) : undefined;
}

function whyNotReady({ status }: Live): string {
  const conditions = status.conditions ?? [];
  const unscheduled = conditions.find(({ type, status: value }) => type === "PodScheduled" && value === "False");
  if (unscheduled !== undefined) return said("is not scheduled", unscheduled.reason ?? "", unscheduled.message ?? "");
  const faults = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(
    (each) => faultOf(each) ?? [],
  );
  const unready = conditions.find(({ type, status: value }) => type === "Ready" && value !== "True");
  const [first = unready?.message ?? unready?.reason ?? ""] = faults;
  return said(`is ${status.phase === "Pending" ? "Pending" : "not ready"}`, first);
}

function meantFor(live: Live): string {
  const parsed = affinity.safeParse(live.spec.affinity);
  const terms = parsed.data?.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms ?? [];
  const fields = terms.flatMap(({ matchFields }) => matchFields ?? []);
  return fields.find(({ key }) => key === "metadata.name")?.values?.[0] ?? "";
}

/** Whether a pod is one of the workload's: labels alone may select others. One without an owner is adopted. */
function isOf({ kind, uid }: Workload, live: Live): boolean {
  const owner = live.metadata.ownerReferences?.find(({ controller }) => controller);
  if (owner === undefined) return true;
  return kind === "DaemonSet" ? owner.uid === uid : owner.kind === "ReplicaSet";
}

/** Pods that were evicted or have ended stay in the list, and are replaced already. */
const isOver = ({ status }: Live): boolean => status.phase === "Failed" || status.phase === "Succeeded";

/** Reads the pods of a workload's selector, as `kubectl get pods -o json` prints them, by {@link ROLLED_POD_FIELDS}. */
export function parseRolledPods(json: string, workload: Workload): readonly RolledPod[] {
  const { items } = z.object({ items: z.array(pod) }).parse(JSON.parse(json));
  return items
    .filter((live) => isOf(workload, live) && !isOver(live))
    .map((live): RolledPod => {
      const { metadata, spec, status } = live;
      const isEnding = metadata.deletionTimestamp != null;
      const ready = isReady(status.conditions) && !isEnding;
      return {
        pod: metadata.name,
        node: spec.nodeName === "" ? meantFor(live) : spec.nodeName,
        annotation: metadata.annotations?.[ROLLOUT_ANNOTATION] ?? "",
        ready,
        isEnding,
        why: ready ? "" : isEnding ? "is ending" : whyNotReady(live),
      };
    });
}
