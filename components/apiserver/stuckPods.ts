import { errorMessage } from "../basics/errorMessage";
import { firstFew } from "../basics/model/bounded";
import { deletePods } from "../cilium/agents";
import { apiserverSelector } from "../cilium/caches";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { tellingLine } from "../kubernetes/model/tellingLine";
import { STUCK_FIELDS, stuckPods } from "./model/stuckPods";

/**
 * Replaces the pods of clustermesh-apiserver that wait for something that they mount and that is there by now. Their kubelet tries to mount it again
 * after twice the time that it has waited before, up to two minutes, whatever changes of the pod (101 s were seen); for a new pod it tries at once (4 s). They serve nobody: no
 * container of theirs has ever run.
 */
export async function replaceStuckPods(
  api: ClusterApi,
  cluster: string,
  { namespace }: Pick<CiliumObjects, "namespace">,
): Promise<void> {
  const where = `cluster ${JSON.stringify(cluster)}`;
  try {
    const selector = await apiserverSelector(api, namespace);
    if (selector === undefined) return;
    const stuck = stuckPods(await api.listFields("pods", { namespace, selector }, STUCK_FIELDS));
    if (stuck.length === 0) return;
    progress(
      `${where}: replacing ${firstFew(stuck).join(", ")}, which have waited for that: their successors need not`,
    );
    await deletePods(api, namespace, stuck);
  } catch (error) {
    const why = tellingLine(errorMessage(error));
    progress(
      `warning: ${where}: pods of clustermesh-apiserver that wait are not replaced (${why}); they may wait on for two minutes`,
    );
  }
}
