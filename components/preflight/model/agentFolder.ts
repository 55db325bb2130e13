import { AGENT_CONTAINER } from "../../cilium/model/agentConfig";
import { hiddenSource } from "../../cilium/model/agentOptions";
import { CLUSTERMESH_DIRECTORY } from "../../peers/model/peerFile";
import { findings, type Findings } from "./findings";
import { agentSettings } from "./liveCluster";
import type { InspectedCluster, PreflightPolicy } from "./policy";

const OPTION = "clustermesh-config";

/** Agents that are not told of the folder with the peers' files never look into it. */
export function agentFolder({ cluster, live }: InspectedCluster, { cilium }: PreflightPolicy): Findings {
  if (live.agent === undefined) {
    return findings({});
  }
  const hidden = hiddenSource(live.agent.options, OPTION);
  if (hidden !== undefined) {
    return findings({
      unseen: [
        {
          cluster: cluster.name,
          what: "the agents' folder of peers",
          why: `the DaemonSet takes ${OPTION} from ${hidden}`,
        },
      ],
    });
  }
  const folder = { ...agentSettings(live), ...live.agent.options?.values }[OPTION] ?? "";
  if (folder.replace(/\/+$/, "") === CLUSTERMESH_DIRECTORY) {
    return findings({});
  }
  const missing = folder === "";
  return findings({
    problems: [
      {
        cluster: cluster.name,
        property: `DaemonSet ${cilium.namespace}/${cilium.daemonSet} ${OPTION}`,
        ...(missing ? {} : { value: folder }),
        reason: missing
          ? "is not set: the agents look for no peers"
          : `is not ${CLUSTERMESH_DIRECTORY}, where peers' files refer to`,
        fix:
          `add to its container ${AGENT_CONTAINER}: env {name: CILIUM_CLUSTERMESH_CONFIG, value: ${CLUSTERMESH_DIRECTORY}/}, ` +
          `or ${OPTION}: ${CLUSTERMESH_DIRECTORY}/ to ConfigMap ${cilium.configMap}`,
      },
    ],
  });
}
