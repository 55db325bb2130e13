import type { ClusterApi } from "../kubernetes/clusterApi";
import { FIELD_MANAGER } from "../kubernetes/model/ownership";
import { rolledWorkloads, ROLLOUT_ANNOTATION, type CiliumObjects } from "./model/agentConfig";
import type { Before } from "./model/rollOut/judge";
import type { Workload } from "./model/rollOut/workload";
import { workloadsIn } from "./readWorkload";
import { lookBefore } from "./rollOut";

/** Agents and operator as they are now. What is not installed is not in it. */
async function readWorkloads(api: ClusterApi, cilium: CiliumObjects): Promise<readonly Workload[]> {
  return workloadsIn(await api.objects(rolledWorkloads(cilium), cilium.namespace), cilium);
}

/** Whether one of them has the annotation: then it has not been through the way back, or not to its end. */
export async function isAnnotated(api: ClusterApi, cilium: CiliumObjects): Promise<boolean> {
  return (await readWorkloads(api, cilium)).some(({ annotation }) => annotation !== "");
}

/**
 * Gives the pod templates of agents and operator this value of the annotation that rolls their pods, or takes it away (`null`). A plain merge
 * patch: `kubectl apply` would make this project the owner of all that a client-side apply has written.
 *
 * @param seen Agents and operator as they are, where that is known.
 * @returns What was changed by that, and so rolls, with how it was before: what did not run then is not waited for.
 * @throws Error when kubectl has ended well, and the annotation is another one all the same.
 */
export async function annotate(
  api: ClusterApi,
  cilium: CiliumObjects,
  value: string | null,
  seen?: readonly Workload[],
): Promise<ReadonlyMap<string, Before>> {
  const patch = { spec: { template: { metadata: { annotations: { [ROLLOUT_ANNOTATION]: value } } } } };
  const differing = (found: readonly Workload[]) => found.filter(({ annotation }) => annotation !== (value ?? ""));
  const namesOf = (found: readonly Workload[]) => found.map(({ name }) => name);
  const rolled = differing(seen ?? (await readWorkloads(api, cilium)));
  if (rolled.length === 0) return new Map();
  const before = await lookBefore(api, cilium.namespace, rolled);
  await api.patch(namesOf(rolled), cilium.namespace, { manager: FIELD_MANAGER, patch });
  const left = differing(await readWorkloads(api, cilium));
  if (left.length > 0) {
    throw new Error(
      `${namesOf(left).join(" and ")} of namespace ${cilium.namespace} took the annotation ${ROLLOUT_ANNOTATION}, and do not have it as it ` +
        "was written; see who else writes it, or which admission webhook changes it",
    );
  }
  return before;
}
