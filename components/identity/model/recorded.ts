import { z } from "zod";
import { attempt } from "../../basics/model/attempt";
import { EndedError } from "../../basics/model/ending";
import { present } from "../../basics/model/own";
import type { CiliumObjects } from "../../cilium/model/agentConfig";
import { inTodaysWords } from "../../command/model/formerWords";
import { recordedPaths } from "../../nodePaths/model/pathVerdict";
import { originalConfigSchema } from "./originalConfig";

/** The objects of a cluster that a mesh changes, by name. What was overwritten in one of them cannot be given back to another. */
export const targets = z.object({
  namespace: z.string(),
  configMap: z.string(),
  daemonSet: z.string(),
  /** Absent where no operator is rolled. */
  operator: z.string().exactOptional(),
  peerSecret: z.string(),
});

export type Targets = z.infer<typeof targets>;

const recorded = z.object({
  /** UID of the namespace `kube-system`: which cluster this was recorded of, whatever leads there. */
  cluster: z.string().min(1),
  /** UID of `cilium-config`. */
  configMap: z.string().min(1),
  config: originalConfigSchema,
  /** The name and the id that it was given. */
  set: z.record(z.string(), z.string()),
  targets,
  /** Whether there was a Secret with peers before: then only our keys of it go. */
  peerSecret: z.enum(["present", "absent"]),
  /** The same of the Secret of KVStoreMesh; absent where the cluster's agents read no cache. */
  kvstoremeshSecret: z.enum(["present", "absent"]).exactOptional(),
  /** The paths between the cluster's nodes; absent without agents, or without a check. */
  paths: recordedPaths.optional(),
  /** The cluster was declared lost since: when it is back, it may be another one. */
  lost: z.literal(true).exactOptional(),
});

/** What `record` prints and the state keeps: which cluster it is, and what was in it before it was meshed. */
export type Recorded = z.infer<typeof recorded>;

/** The part of the names that must stay while a cluster is in the mesh. */
export function targetsOf(cilium: CiliumObjects, peerSecret: string): Targets {
  const { namespace, configMap, daemonSet, operator } = cilium;
  return present({ namespace, configMap, daemonSet, operator: operator === false ? undefined : operator, peerSecret });
}

/** Reads what `record` has printed; `undefined` where it is nothing of the kind: the command that printed it did not run to its end. */
export function readRecorded(printed: string): Recorded | undefined {
  return attempt(() => recorded.parse(inTodaysWords(JSON.parse(printed))));
}

/** The same, for steps that cannot go on without it. @throws Error with what to do. */
export function recordedOf(printed: string, cluster: string): Recorded {
  const found = readRecorded(printed);
  if (found === undefined) {
    const what = printed.trim() === "" ? "nothing" : "no record";
    throw new EndedError(
      `cluster "${cluster}": the state has ${what} of what this cluster was before it was meshed; ` +
        "run pulumi up, which reads it again from the cluster, and then this again",
      "saysWhatToRun",
    );
  }
  return found;
}
