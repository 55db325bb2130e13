import { rolledWorkloads, ROLLOUT_ANNOTATION, type CiliumObjects } from "../../cilium/model/agentConfig";
import { MARK_ANNOTATION } from "../../identity/model/mark";
import type { Recorded } from "../../identity/model/recorded";
import { kubectlCommand, shellWord } from "../../kubernetes/model/kubectlCommand";
import type { ManagedObject } from "../../kubernetes/model/managedObject";
import { KVSTOREMESH_SECRET } from "../../peers/model/peerFile";
import { removalSteps } from "./removal";

/** What a cluster had before it joined the mesh, as far as restoring it by hand needs it. */
export interface ManualRestore {
  readonly cilium: CiliumObjects;
  /** By which context it was reached; absent where a kubeconfig was given. */
  readonly context?: string | undefined;
  /** What was there before. */
  readonly recorded: Recorded;
  /** What this project has made there. */
  readonly managedObjects: readonly ManagedObject[];
}

/** The commands that restore a lost cluster by hand, in the order in which a person runs them, should it return. */
export function manualRestoreCommands({ cilium, context, recorded, managedObjects }: ManualRestore): readonly string[] {
  const kubectl = `${kubectlCommand(context)} -n ${cilium.namespace}`;
  const { config: originalConfig, targets, peerSecret, kvstoremeshSecret } = recorded;
  const wasThere = (name: string) =>
    (name === targets.peerSecret && peerSecret === "present") ||
    (name === KVSTOREMESH_SECRET && kvstoremeshSecret === "present");
  const { first, caches } = removalSteps(managedObjects, targets.peerSecret);
  // Whether a lost cluster has caches, nobody can ask it; what was recorded tells.
  const ofCaches = kvstoremeshSecret === undefined ? [] : [KVSTOREMESH_SECRET];
  const named = [...first, ...caches].flatMap(({ resource, name }) => (resource === "secrets" ? [name] : []));
  const secrets = [...new Set([...named, ...ofCaches])].filter((name) => !wasThere(name));
  const data = Object.fromEntries(
    Object.entries(originalConfig).map(([key, original]) => [key, original.kind === "value" ? original.value : null]),
  );
  // Without the annotation the pod templates are as they were, which restarts their pods.
  const template = { spec: { template: { metadata: { annotations: { [ROLLOUT_ANNOTATION]: null } } } } };
  const metadata = { annotations: { [MARK_ANNOTATION]: null } };
  const patch = (object: string, body: object) =>
    `${kubectl} patch ${object} --type=merge --patch ${shellWord(JSON.stringify(body))}`;
  return [
    ...(secrets.length === 0 ? [] : [`${kubectl} delete secret --ignore-not-found ${secrets.join(" ")}`]),
    patch(`configmap/${cilium.configMap}`, { data, metadata }),
    ...rolledWorkloads(cilium).map((workload) => patch(workload, template)),
  ];
}
