import { z } from "zod";
import type { Fields } from "../../kubernetes/model/fields";
import { ownerReferences, podName } from "../../kubernetes/model/pod";

/** What is read of pods. */
export const STUCK_FIELDS: Fields = {
  metadata: {
    ...{ name: "text", deletionTimestamp: "text" },
    ownerReferences: [{ kind: "text", uid: "text", controller: "json" }],
  },
  status: {
    phase: "text",
    initContainerStatuses: [{ restartCount: "json", state: "json", lastState: "json" }],
    containerStatuses: [{ restartCount: "json", state: "json", lastState: "json" }],
  },
};

const states = z
  .array(
    z.object({
      restartCount: z.number().default(0),
      state: z.looseObject({ waiting: z.looseObject({ reason: z.string().default("") }).optional() }).default({}),
      lastState: z.record(z.string(), z.unknown()).default({}),
    }),
  )
  .nullish();

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: podName, deletionTimestamp: z.string().optional(), ownerReferences }),
      status: z
        .object({ phase: z.string().optional(), initContainerStatuses: states, containerStatuses: states })
        .prefault({}),
    }),
  ),
});

/** What the kubelet says of a container as long as the pod's volumes are not there, and of those behind one that prepares them. */
const NOT_BEGUN: ReadonlySet<string> = new Set(["ContainerCreating", "PodInitializing"]);

/**
 * The pods, out of a List, that a kubelet has taken up and in which no container has ever run: they wait for something that they mount. Only those that
 * a controller makes again.
 */
export function stuckPods(list: string): readonly string[] {
  return podList.parse(JSON.parse(list)).items.flatMap(({ metadata, status }) => {
    const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    const isUntouched =
      all.length > 0 &&
      all.every(
        ({ restartCount, state, lastState }) =>
          restartCount === 0 &&
          Object.keys(lastState).length === 0 &&
          Object.keys(state).every((key) => key === "waiting") &&
          NOT_BEGUN.has(state.waiting?.reason ?? ""),
      );
    const isMadeAgain = (metadata.ownerReferences ?? []).some(({ controller }) => controller);
    const isStuck =
      status.phase === "Pending" && metadata.deletionTimestamp === undefined && isUntouched && isMadeAgain;
    return isStuck ? [metadata.name] : [];
  });
}
