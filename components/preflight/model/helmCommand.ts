import { APISERVER } from "../../apiserver/model/objects";
import type { CiliumObjects } from "../../cilium/model/agentConfig";
import { isObjectName } from "../../mesh/model/names";
import type { ReachableCluster } from "./liveCluster";

/** What of a live cluster's may stand in a command that a person runs. */
const CHART = /^cilium-(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)$/;

function chartVersion({ agent, apiserver }: ReachableCluster): string | undefined {
  return CHART.exec(agent?.chart ?? apiserver?.chart ?? "")?.[1];
}

/**
 * The command that gives a cluster's Cilium other values and keeps the rest, its version too: without one, Helm takes the newest.
 *
 * @param values Such as `clustermesh.useAPIServer=true`.
 */
export function helmUpgrade(live: ReachableCluster, { namespace }: CiliumObjects, values: readonly string[]): string {
  const known = live.config?.helmRelease ?? live.apiserver?.helmRelease ?? "";
  const release = isObjectName(known) ? known : "<release>";
  const version = chartVersion(live) ?? "<installed version>";
  const sets = values.map((value) => ` --set ${value}`).join("");
  return `helm upgrade ${release} cilium/cilium --version ${version} --namespace ${namespace} --reuse-values${sets}`;
}

/** The command that restarts a clustermesh-apiserver: its etcd reads whom it trusts only when it starts. */
export const restartApiserver = ({ namespace }: CiliumObjects): string =>
  `kubectl --namespace ${namespace} rollout restart deployment/${APISERVER}`;

/** The command that restarts what Helm leaves running with the old name and id. */
export function restartAll({ namespace, daemonSet, operator }: CiliumObjects, others: readonly string[]): string {
  const workloads = [
    `daemonset/${daemonSet}`,
    ...(operator === false ? [] : [`deployment/${operator}`]),
    ...others.map((name) => `deployment/${name}`),
  ];
  return `kubectl --namespace ${namespace} rollout restart ${workloads.join(" ")}`;
}
