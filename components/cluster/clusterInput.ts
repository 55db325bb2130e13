import { z } from "zod";
import { ciliumObjects } from "../cilium/model/agentConfig";
import type { Configured } from "../identity/heldSettings";
import type { Recorded } from "../identity/model/recorded";
import { managedObjectList } from "../kubernetes/model/managedObject";

/** The input that all verbs share; `originalConfig` is what `record` has printed and is given to the later verbs. */
export const clusterInput = z.object({
  cluster: z.object({ name: z.string(), context: z.string().optional() }),
  cilium: ciliumObjects,
  desiredConfig: z.record(z.string(), z.string()),
  /** The objects that this stack makes there. */
  managedObjects: managedObjectList.default([]),
  owner: z.string(),
  peerSecret: z.string(),
  adoptSecret: z.boolean().default(false),
  /** The keys that will be written into an adopted Secret. */
  peerKeys: z.array(z.string()).default([]),
  originalConfig: z.string().default(""),
  overwriteConflicts: z.boolean().default(false),
  /** Policies may refuse pods while name and id change. */
  policyInterruptions: z.boolean().default(false),
  /** `asInstalled`: name and id are those of the mesh already, and nothing rolls. */
  identity: z.enum(["set", "asInstalled"]).default("set"),
  /** `apiserver`: its identities are in CRDs; and with `identity: "set"` its name is that of its clustermesh-apiserver as well. */
  publishes: z.enum(["kvstore", "apiserver"]).default("kvstore"),
  /** Whether a check will want to know what worked before. */
  probePaths: z.boolean().default(false),
  rollOut: z.object({ await: z.boolean(), timeoutSeconds: z.number() }),
  maxConnectedClusters: z.literal([255, 511]).default(255),
  /** The cluster is lost, and no verb contacts it. */
  lost: z.boolean().default(false),
});

/** What the verbs are given. */
export type ClusterInput = z.infer<typeof clusterInput>;

/** The cluster as its `cilium-config` is changed. */
export const configuredOf = ({ cluster, cilium, owner }: ClusterInput, before: Recorded): Configured => ({
  cluster: cluster.name,
  cilium,
  owner,
  before,
});
