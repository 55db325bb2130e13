import type { LiveObject } from "../../kubernetes/model/liveObject";
import { rolledWorkloads, ROLLOUT_ANNOTATION, type CiliumObjects } from "./agentConfig";

/** A workload that has to be rolled to read name and id. */
export interface Rollout {
  /** Value of the annotation of its pod template that rolls it; empty where it has none. */
  readonly annotation: string;
  /** Changes with every change of its spec. */
  readonly generation: number;
}

/** Agents and operator among objects. */
export function rolloutsOf(objects: readonly LiveObject[], cilium: CiliumObjects): Readonly<Record<string, Rollout>> {
  const wanted = new Set(rolledWorkloads(cilium));
  return Object.fromEntries(
    objects.flatMap(({ kind, metadata, spec }): [string, Rollout][] => {
      const workload = `${kind.toLowerCase()}/${metadata.name}`;
      const annotation = spec?.template?.metadata?.annotations?.[ROLLOUT_ANNOTATION] ?? "";
      return wanted.has(workload) ? [[workload, { annotation, generation: metadata.generation }]] : [];
    }),
  );
}
