import { adminCommonName, APISERVER_SECRETS, localCommonName } from "../../apiserver/model/objects";
import { desiredConfig, ROLLOUT_ANNOTATION, rolloutChecksum } from "../../cilium/model/agentConfig";
import { MARK_ANNOTATION } from "../../identity/model/mark";
import { appliedEntry } from "../../kubernetes/model/managedFields";
import { FIELD_MANAGER } from "../../kubernetes/model/ownership";
import type { Cluster } from "../../mesh/model/mesh";
import { namesApiserver } from "../../mesh/model/publication";
import { warning } from "../../mesh/model/diagnostic";
import { otherThanRecorded } from "./identity";
import type { LiveCluster, ReachableCluster } from "./liveCluster";
import { markOf, setBefore } from "./marks";
import { driftIn, inspected, type Change, type Drift, type InspectedCluster, type PreflightPolicy } from "./policy";

function otherConfig(
  cluster: Cluster,
  configMap: string,
  config: NonNullable<ReachableCluster["config"]>,
): readonly Change[] {
  const desired = desiredConfig(cluster);
  const key = Object.keys(desired).find((each) => config.data[each] !== desired[each]);
  if (key === undefined) return [];
  const diagnostic = warning({
    cluster: cluster.name,
    property: `${configMap} ${key}`,
    value: config.data[key] ?? "",
    reason: `was changed since it was set to ${JSON.stringify(desired[key])}`,
    fix: "pulumi up sets it again, and restarts agents that run with other values",
  });
  return [[`${configMap} ${config.version ?? JSON.stringify(config.data)}`, diagnostic]];
}

function otherRollout(cluster: Cluster, { rollouts }: ReachableCluster): readonly Change[] {
  const checksum = rolloutChecksum(desiredConfig(cluster));
  return Object.entries(rollouts).flatMap(([workload, { annotation, generation }]): Change[] => {
    if (annotation === checksum) return [];
    const reason = `is not ${JSON.stringify(checksum)}: its pods were not rolled with this name and id, or it was changed since`;
    const fix = "pulumi up sets it, which rolls them";
    const property = `${workload} ${ROLLOUT_ANNOTATION}`;
    const diagnostic = warning({ cluster: cluster.name, property, value: annotation, reason, fix });
    return [[`${workload} ${generation}`, diagnostic]];
  });
}

/** Certificates of a clustermesh-apiserver that this program has named, and that are for another name again: a helm upgrade signs all of them again. */
function otherCertificates(cluster: Cluster, { apiserver }: ReachableCluster, namespace: string): readonly Change[] {
  if (!namesApiserver(cluster) || apiserver === undefined) return [];
  const [secret, seen, wanted] =
    apiserver.adminCommonName !== adminCommonName(cluster.name)
      ? [APISERVER_SECRETS.admin, apiserver.adminCommonName, adminCommonName(cluster.name)]
      : [APISERVER_SECRETS.local, apiserver.localCommonName, localCommonName(cluster.name)];
  if (seen === wanted || (secret === APISERVER_SECRETS.local && cluster.reads !== "cached")) return [];
  const diagnostic = warning({
    cluster: cluster.name,
    property: `Secret ${namespace}/${secret}`,
    value: seen ?? "",
    reason: `has not the CN ${wanted} any more, which it was given`,
    fix: "pulumi up writes it again, and replaces the pods of the clustermesh-apiserver",
  });
  return [[`certificates ${apiserver.certificatesVersion ?? ""}`, diagnostic]];
}

/** A `cilium-config` whose mark was taken away, edited, or copied with the rest. */
function otherMark(found: InspectedCluster, policy: PreflightPolicy): readonly Change[] {
  const { cluster, live } = found;
  const seen = markOf(live, policy.owner);
  if (seen.kind === "ours" || seen.kind === "otherOwner") return [];
  const reasons = { none: "was removed", damaged: "was edited, and cannot be read" };
  const diagnostic = warning({
    cluster: cluster.name,
    property: `${policy.cilium.configMap} annotation ${MARK_ANNOTATION}`,
    reason:
      seen.kind === "otherObject" ? `is of another object (uid ${seen.uid}), and is not used` : reasons[seen.kind],
    fix: "pulumi up writes it again",
  });
  return [[`mark ${live.config?.version ?? ""}`, diagnostic]];
}

/**
 * Finds clusters whose `cilium-config` this stack has set, and that have other values all the same, no mark, or agents or an operator that
 * were not rolled with them: a `helm upgrade` has written its own, a person has, or a run that went no further. The state shows none of it.
 */
export function configDrift(
  members: readonly Cluster[],
  clusters: ReadonlyMap<string, LiveCluster>,
  policy: PreflightPolicy,
): Drift {
  return driftIn(inspected(members, clusters), (found) => {
    const { cluster, live } = found;
    if (live.config === undefined || otherThanRecorded(found, policy).length > 0) return [];
    const isOurs = appliedEntry(live.config.managedFields, FIELD_MANAGER) ?? setBefore(found, policy);
    if (isOurs === undefined) return [];
    const mark = otherMark(found, policy);
    // What is as installed is set by nobody here.
    if (cluster.identity === "asInstalled") return mark;
    return [
      ...otherConfig(cluster, policy.cilium.configMap, live.config),
      ...mark,
      ...otherRollout(cluster, live),
      ...otherCertificates(cluster, live, policy.cilium.namespace),
    ];
  });
}
