import type { Kubectl } from "../kubectl";
import { FIELD_MANAGER, rolledWorkloads, ROLLOUT_ANNOTATION, type CiliumObjects } from "../model/agentConfig";
import { parseObjects, rollOutsOf } from "../model/liveCluster";

/** The annotation that rolls agents and operator, as they have it now, by `kind/name`. What is not installed is not in it. */
async function annotations(kubectl: Kubectl, names: CiliumObjects): Promise<readonly (readonly [string, string])[]> {
  const query = ["get", ...rolledWorkloads(names), "-n", names.namespace, "--ignore-not-found", "-o", "json"];
  const found = rollOutsOf(parseObjects(await kubectl.run(query)), names);
  return Object.entries(found).map(([workload, { annotation }]) => [workload, annotation]);
}

/** Whether one of them has the annotation: then it has not been through the way back, or not to its end. */
export async function isAnnotated(kubectl: Kubectl, names: CiliumObjects): Promise<boolean> {
  return (await annotations(kubectl, names)).some(([, value]) => value !== "");
}

/**
 * Gives the pod templates of agents and operator this value of the annotation that rolls their pods, or takes it away (`null`). A plain merge
 * patch: `kubectl apply` would make this project the owner of all that a client-side apply has written.
 *
 * @returns What was changed by that, and so rolls.
 */
export async function annotate(
  kubectl: Kubectl,
  names: CiliumObjects,
  value: string | null,
): Promise<readonly string[]> {
  const patch = JSON.stringify({ spec: { template: { metadata: { annotations: { [ROLLOUT_ANNOTATION]: value } } } } });
  const how = ["--type=merge", `--field-manager=${FIELD_MANAGER}`, "--patch", patch];
  const different = (await annotations(kubectl, names)).filter(([, has]) => has !== (value ?? ""));
  const rolled = different.map(([workload]) => workload);
  if (rolled.length > 0) {
    await kubectl.run(["patch", ...rolled, "-n", names.namespace, ...how]);
  }
  return rolled;
}
