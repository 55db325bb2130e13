import { compact } from "../../basics/model/lists";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { idFault, isENILike } from "../../mesh/model/validateIdentity";
import { agentSettings } from "./liveCluster";
import type { InspectedCluster, PreflightPolicy } from "./policy";

/** Settings of one cluster that no mesh, or not this one, can have. */
export function liveSettings({ cluster, live }: InspectedCluster, policy: PreflightPolicy): readonly Diagnostic[] {
  const data = agentSettings(live);
  if (data === undefined) return [];
  const at = { cluster: cluster.name };
  const max = data["max-connected-clusters"] ?? "255";
  const ipam = [data["ipam"], data["cni-chaining-mode"]].find(isENILike);
  // An id that is wrong whatever the clusters have is reported with the configuration.
  const onPaper = idFault(cluster.id, policy.maxConnectedClusters);
  const fault = onPaper === undefined ? idFault(cluster.id, policy.maxConnectedClusters, ipam) : undefined;
  return compact([
    max !== String(policy.maxConnectedClusters) &&
      error({
        ...at,
        property: "live max-connected-clusters",
        value: max,
        reason: `is not the declared ${policy.maxConnectedClusters}`,
        fix: "set clustermesh:maxConnectedClusters to what every cluster was installed with",
      }),
    fault && error({ ...at, ...fault }),
  ]);
}
