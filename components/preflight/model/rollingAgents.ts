import { desiredConfig, rolloutChecksum, type CiliumObjects } from "../../cilium/model/agentConfig";
import { info, type Diagnostic } from "../../mesh/model/diagnostic";
import type { Cluster } from "../../mesh/model/mesh";
import type { LiveCluster, ReachableCluster } from "./liveCluster";

const FIX = "docs/scaling.md says how long that takes, and what connections lose";

/** @param count How many there are; absent where nobody knows. */
const agents = (cluster: string, count: number | undefined, reason: string): Diagnostic =>
  info({ cluster, property: "agents", ...(count === undefined ? {} : { value: count }), reason, fix: FIX });

/** What becomes of the agents of a cluster that answers; nothing where they run with name and id, or are not to be rolled here. */
function ofReachable(
  cluster: Cluster,
  { agent, config, rollouts }: ReachableCluster,
  { daemonSet }: CiliumObjects,
): readonly Diagnostic[] {
  if (agent === undefined || config === undefined || cluster.identity === "asInstalled") return [];
  const desired = desiredConfig(cluster);
  if (rollouts[`daemonset/${daemonSet}`]?.annotation !== rolloutChecksum(desired)) {
    return [agents(cluster.name, agent.count, "roll, to run with the name and id of the mesh")];
  }
  const isSet = Object.entries(desired).every(([key, value]) => config.data[key] === value);
  return isSet ? [] : [agents(cluster.name, agent.count, "are restarted where they run with another name or id")];
}

/**
 * How many agents an `up` rolls, by cluster, and of which clusters nobody knows. It is said and nothing more: no resource has the number, so that a
 * node that comes or goes changes none.
 *
 * @param clusters Those that a program manages. @param live What was seen of them; nothing of those that are ruled out.
 */
export function rollingAgents(
  clusters: readonly Cluster[],
  live: ReadonlyMap<string, LiveCluster>,
  cilium: CiliumObjects,
): readonly Diagnostic[] {
  return clusters.flatMap((cluster) => {
    const seen = live.get(cluster.name);
    if (seen?.kind === "reachable") return ofReachable(cluster, seen, cilium);
    const reason = "were not looked at, so how many roll is not known";
    return [info({ cluster: cluster.name, property: "agents", reason, fix: "let the cluster answer to learn it" })];
  });
}

/** The same of a cluster that leaves. */
export const leavingAgents = (cluster: string, count: number | undefined): Diagnostic =>
  agents(cluster, count, "roll where they get back a name or id of before");
