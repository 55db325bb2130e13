import { seeMark, type SeenMark } from "../../identity/model/mark";
import type { ReachableCluster } from "./liveCluster";
import type { InspectedCluster, PreflightPolicy } from "./policy";

/** What the mark of a live `cilium-config` means to a stack. */
export function markOf({ config }: ReachableCluster, owner: string): SeenMark {
  return seeMark(config?.mark, config?.uid ?? "", owner);
}

/** Name and id as this stack has set them before; absent where neither it nor the cluster has any. */
export function setBefore(
  { cluster, live }: InspectedCluster,
  policy: PreflightPolicy,
): Readonly<Record<string, string>> | undefined {
  const recorded = policy.recorded[cluster.name];
  const mark = markOf(live, policy.owner);
  return recorded?.uid === live.uid ? recorded.set : mark.kind === "ours" ? mark.mark.set : undefined;
}
