import { progress } from "../command/protocol";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { rolledWorkloads, type CiliumObjects } from "./model/agentConfig";
import { readWorkload } from "./readWorkload";

/** Warns that nothing restarts agents where the user has this program not wait, and the DaemonSet has its controller not do it. */
export async function sayWhoRestarts(
  api: Pick<ClusterApi, "command" | "object">,
  cluster: string,
  cilium: CiliumObjects,
): Promise<void> {
  const { namespace } = cilium;
  for (const name of rolledWorkloads(cilium)) {
    const live = await readWorkload(api, namespace, name);
    if (live === undefined || live.restarts === "controller" || live.isComplete) continue;
    const why = live.restarts === "paused" ? "it is paused" : "its updateStrategy is OnDelete";
    progress(
      `warning: cluster "${cluster}": wait.rollout is false, and nobody restarts the pods of ${name}, for ${why}: they run with the name and id ` +
        `of before until they are deleted (${api.command} -n ${namespace} delete pod -l ${live.selector}, a few at a time)`,
    );
  }
}
