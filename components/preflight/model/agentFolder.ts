import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { AGENT_CONTAINER } from "../../cilium/model/agentConfig";
import { hiddenSource } from "../../cilium/model/agentOptions";
import { CLUSTERMESH_DIRECTORY } from "../../peers/model/peerFile";
import { agentSettings } from "./liveCluster";
import type { InspectedCluster, PreflightPolicy } from "./policy";
import { unseen } from "./unseen";

const OPTION = "clustermesh-config";

/** Agents without a setting for the folder with the peers' files never look into it. */
export function agentFolder({ cluster, live }: InspectedCluster, { cilium }: PreflightPolicy): readonly Diagnostic[] {
  if (live.agent === undefined) return [];
  const hidden = hiddenSource(live.agent.options, OPTION);
  if (hidden !== undefined) {
    return [unseen(cluster.name, "the agents' folder of peers", `the DaemonSet takes ${OPTION} from ${hidden}`)];
  }
  const folder = { ...agentSettings(live), ...live.agent.options?.values }[OPTION] ?? "";
  if (folder.replace(/\/+$/, "") === CLUSTERMESH_DIRECTORY) return [];
  const missing = folder === "";
  return [
    error({
      cluster: cluster.name,
      property: `DaemonSet ${cilium.namespace}/${cilium.daemonSet} ${OPTION}`,
      ...(missing ? {} : { value: folder }),
      reason: missing
        ? "is not set: the agents look for no peers"
        : `is not ${CLUSTERMESH_DIRECTORY}, where peers' files refer to`,
      fix:
        `add to its container ${AGENT_CONTAINER}: env {name: CILIUM_CLUSTERMESH_CONFIG, value: ${CLUSTERMESH_DIRECTORY}/}, ` +
        `or ${OPTION}: ${CLUSTERMESH_DIRECTORY}/ to ConfigMap ${cilium.configMap}`,
    }),
  ];
}
