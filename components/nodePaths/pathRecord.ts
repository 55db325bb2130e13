import { errorMessage } from "../basics/errorMessage";
import { agentPods } from "../cilium/agents";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { PathReport } from "./model/nodePaths";
import { recordedLines, recordPaths, type RecordedPaths } from "./model/pathVerdict";
import { probePaths } from "./paths";

function isWhole(report: PathReport): boolean {
  return report.kind === "notProbed" || report.paths.every(({ why }) => why === "");
}

/**
 * Which paths between a cluster's nodes do not work before anything is changed, so that the check afterwards blames the change for no other.
 * Knowing it is worth a few seconds and no failure; where there are no agents there is nothing to know.
 */
export async function pathsBeforehand(
  api: ClusterApi,
  cluster: string,
  cilium: CiliumObjects,
): Promise<RecordedPaths | undefined> {
  try {
    if ((await agentPods(api, cilium)).length === 0) return undefined;
    const first = await probePaths(api, cluster, cilium);
    // A node that is busy may answer late once; a path that is cut stays cut.
    const report = isWhole(first) ? first : await probePaths(api, cluster, cilium);
    for (const line of recordedLines(report)) progress(line);
    return recordPaths(report);
  } catch (error) {
    const why = errorMessage(error);
    progress(`cluster "${cluster}": paths between its nodes are not probed: ${why}`);
    return undefined;
  }
}
