import { z } from "zod";
import { sortedEntries } from "../../basics/model/own";
import { shortHash } from "../../basics/model/shortHash";
import type { MeshSettings } from "../../settings/model/settings";

/** Names of Cilium's objects in a cluster. */
export type CiliumObjects = MeshSettings["cilium"];

/** The settings about the installed Cilium. */
export type CiliumSettings = Pick<MeshSettings, "cilium" | "maxConnectedClusters" | "wait">;

/** The agent's container in its pods: Cilium's own tools look for it under this name. */
export const AGENT_CONTAINER = "cilium-agent";

/** What runs with a cluster's name and id, as `kind/name`. */
export const rolledWorkloads = (cilium: CiliumObjects): readonly string[] => [
  `daemonset/${cilium.daemonSet}`,
  ...(cilium.operator === false ? [] : [`deployment/${cilium.operator}`]),
];

/** The objects of Cilium that hold or read a cluster's name and id, as `kind/name`. */
export const configuredObjects = (cilium: CiliumObjects): readonly string[] => [
  `configmap/${cilium.configMap}`,
  ...rolledWorkloads(cilium),
];

/** Annotation of the pod templates: agents read name and id at start only, so a change of them has to roll the pods. */
export const ROLLOUT_ANNOTATION = "cilium-clustermesh/config";

/** The keys of `cilium-config` that hold a cluster's name and id. */
export const NAME_KEY = "cluster-name";
export const ID_KEY = "cluster-id";

/** Its key for whether a policy's selector that names no cluster selects in the agent's own alone. */
export const POLICY_KEY = "policy-default-local-cluster";

/** Its keys for whether agents have routes to each other's pods, and which nodes they leave out. The second needs the first. */
export const ROUTES_KEY = "auto-direct-node-routes";
export const ROUTES_KEYS = [ROUTES_KEY, "direct-routing-skip-unreachable"] as const;

/** Its keys that are `"false"` while name and id change, and then as they were. */
export const HELD_KEYS = [POLICY_KEY, ...ROUTES_KEYS] as const;

export type HeldKey = (typeof HELD_KEYS)[number];

/** What `cilium-config` of a meshed cluster holds. */
export function desiredConfig(cluster: {
  readonly name: string;
  readonly id: number;
}): Readonly<Record<string, string>> {
  return { [NAME_KEY]: cluster.name, [ID_KEY]: String(cluster.id) };
}

/** Value of {@link ROLLOUT_ANNOTATION}: made from inputs alone, so that a preview has it and nothing else can roll the agents. */
export function rolloutChecksum(desired: Readonly<Record<string, string>>): string {
  return shortHash(JSON.stringify(sortedEntries(desired)));
}

/** The shape of `CiliumObjects` in a command's input. */
export const ciliumObjects = z.object({
  namespace: z.string(),
  configMap: z.string(),
  daemonSet: z.string(),
  operator: z.union([z.string(), z.literal(false)]).default(false),
});
