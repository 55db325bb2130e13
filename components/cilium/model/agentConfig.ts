import { createHash } from "node:crypto";
import { z } from "zod";
import type { WaitSettings } from "../../command/model/waitSettings";
import type { MaxConnectedClusters } from "../../mesh/model/mesh";

/** Names of the objects that Cilium's chart installs; a hand-made install may have others. */
export interface CiliumObjects {
  readonly namespace: string;
  /** ConfigMap with the agents' configuration. */
  readonly configMap: string;
  /** DaemonSet of cilium-agent. */
  readonly daemonSet: string;
  /** Deployment of cilium-operator; absent where none is installed. */
  readonly operator?: string;
  /** Label selector of the agent pods. */
  readonly agentSelector: string;
  /** Container of the agent in its pods. */
  readonly agentContainer: string;
}

/** The settings about the installed Cilium. */
export interface CiliumSettings {
  /** Names of Cilium's objects. */
  readonly cilium: CiliumObjects;
  /** `max-connected-clusters` of the installed Cilium. @default 255 */
  readonly maxConnectedClusters: MaxConnectedClusters;
  /** Waiting for the roll-out of agents and operator. @default 600 s */
  readonly rollOut: WaitSettings;
}

/** The names that Cilium's Helm chart uses. */
export const DEFAULT_CILIUM_OBJECTS: CiliumObjects = {
  namespace: "kube-system",
  configMap: "cilium-config",
  daemonSet: "cilium",
  operator: "cilium-operator",
  agentSelector: "k8s-app=cilium",
  agentContainer: "cilium-agent",
};

/** What runs with a cluster's name and id, as `kind/name`. */
export const rolledWorkloads = (cilium: CiliumObjects): readonly string[] => [
  `daemonset/${cilium.daemonSet}`,
  ...(cilium.operator === undefined ? [] : [`deployment/${cilium.operator}`]),
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

/** What `cilium-config` of a meshed cluster holds. */
export function desiredConfig(cluster: {
  readonly name: string;
  readonly id: number;
}): Readonly<Record<string, string>> {
  return { [NAME_KEY]: cluster.name, [ID_KEY]: String(cluster.id) };
}

/** Value of {@link ROLLOUT_ANNOTATION}: made from inputs alone, so that a preview knows it and nothing else can roll the agents. */
export function rolloutChecksum(desired: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(desired).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 16);
}

/** The shape of `CiliumObjects` in a command's input. */
export const ciliumObjects = z.object({
  namespace: z.string(),
  configMap: z.string(),
  daemonSet: z.string(),
  operator: z.string().exactOptional(),
  agentSelector: z.string(),
  agentContainer: z.string(),
});
