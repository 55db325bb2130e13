import { compact } from "../../basics/model/lists";
import { warning, type Diagnostic } from "../../mesh/model/diagnostic";
import type { InspectedCluster, PreflightPolicy } from "./policy";

/** Agents that a roll-out would start beside those that they replace, where both need what only one of them can have: no new one is ever placed. */
export function surge({ cluster, live }: InspectedCluster, { cilium }: PreflightPolicy): readonly Diagnostic[] {
  const wanted = live.agent?.surge;
  return compact([
    wanted &&
      warning({
        cluster: cluster.name,
        property: `DaemonSet ${cilium.namespace}/${cilium.daemonSet} updateStrategy`,
        value: `RollingUpdate, maxUnavailable ${wanted.maxUnavailable}, maxSurge ${wanted.maxSurge}`,
        reason: `starts a new agent beside the old one, and both need ${wanted.contested}: its roll-out would stand still`,
        fix: "set maxSurge 0 and maxUnavailable 1 or more",
      }),
  ]);
}
