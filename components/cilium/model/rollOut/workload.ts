import { z } from "zod";
import { ROLLOUT_ANNOTATION } from "../agentConfig";
import { labelSelector } from "../labelSelector";
import { agentsAtATime } from "../runningAs";

/** Who replaces the pods of a changed template: its controller, or this program, which deletes them; nothing, while a Deployment is paused. */
export type Restarts = "controller" | "onDelete" | "paused";

/** A DaemonSet or a Deployment, as far as its roll-out is concerned. */
export interface Workload {
  /** `kind/name`. */
  readonly name: string;
  readonly kind: "DaemonSet" | "Deployment";
  readonly uid: string;
  readonly restarts: Restarts;
  /** Value of the annotation that rolls its pods; a pod that has the same was made after it was set. */
  readonly annotation: string;
  /** How many pods there are to be. */
  readonly desired: number;
  /** Label selector of its pods, as kubectl takes it. */
  readonly selector: string;
  /** How many of its pods may be restarted at a time. */
  readonly atATime: number;
  /** Its controller has seen the template. */
  readonly isObserved: boolean;
  /** Its controller has seen the template, and reports that all pods are made from it and available. */
  readonly isComplete: boolean;
}

const count = z.int().default(0);

const workload = z.object({
  kind: z.enum(["DaemonSet", "Deployment"]),
  metadata: z.object({ name: z.string(), uid: z.string(), generation: count }),
  spec: z.object({
    replicas: z.int().default(1),
    paused: z.boolean().default(false),
    selector: labelSelector,
    updateStrategy: z.object({ type: z.string().optional() }).nullish(),
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }).nullish(),
    }),
  }),
  status: z
    .object({
      observedGeneration: count,
      desiredNumberScheduled: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      replicas: count,
      updatedReplicas: count,
      availableReplicas: count,
    })
    .prefault({}),
});

type Live = z.infer<typeof workload>;

function restartsOf({ kind, spec }: Live): Restarts {
  if (kind === "Deployment") return spec.paused ? "paused" : "controller";
  return spec.updateStrategy?.type === "OnDelete" ? "onDelete" : "controller";
}

function isComplete({ kind, metadata, spec, status }: Live): boolean {
  if (status.observedGeneration < metadata.generation) return false;
  if (kind === "DaemonSet") {
    return Math.min(status.updatedNumberScheduled, status.numberAvailable) >= status.desiredNumberScheduled;
  }
  return (
    status.updatedReplicas >= spec.replicas &&
    status.replicas <= status.updatedReplicas &&
    status.availableReplicas >= status.updatedReplicas
  );
}

/** Reads a DaemonSet or Deployment as `kubectl get -o json --ignore-not-found` prints it; `undefined` where there is none. */
export function parseWorkload(json: string): Workload | undefined {
  if (json.trim() === "") return undefined;
  const live = workload.parse(JSON.parse(json));
  const { kind, metadata, spec, status } = live;
  return {
    name: `${kind.toLowerCase()}/${metadata.name}`,
    kind,
    uid: metadata.uid,
    restarts: restartsOf(live),
    annotation: spec.template.metadata?.annotations?.[ROLLOUT_ANNOTATION] ?? "",
    desired: kind === "DaemonSet" ? status.desiredNumberScheduled : spec.replicas,
    selector: spec.selector,
    atATime: agentsAtATime(json),
    isObserved: status.observedGeneration >= metadata.generation,
    isComplete: isComplete(live),
  };
}
