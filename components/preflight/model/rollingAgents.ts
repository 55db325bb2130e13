import { desiredConfig, rolloutChecksum, type CiliumObjects } from "../../cilium/model/agentConfig";
import { info, type Diagnostic } from "../../mesh/model/diagnostic";
import type { Cluster } from "../../mesh/model/mesh";
import type { LiveCluster, ReachableCluster } from "./liveCluster";

const FIX = "docs/scaling.md says how long that takes, and what connections lose";

/** What becomes of one agent, and of several. */
interface Words {
  readonly one: string;
  readonly more: string;
}

const ROLL: Words = {
  one: "rolls, to run with the name and id of the mesh",
  more: "roll, to run with the name and id of the mesh",
};
const RESTART: Words = {
  one: "is restarted where it runs with another name or id",
  more: "are restarted where they run with another name or id",
};
const ROLL_BACK: Words = {
  one: "rolls where it gets back a name or id of before",
  more: "roll where they get back a name or id of before",
};

/** @param count How many there are; absent where nobody knows. */
function agents(cluster: string, count: number | undefined, { one, more }: Words): Diagnostic {
  if (count === 0) {
    const reason = "rolls: there are no agents";
    return info({ cluster, property: "no agent", reason, fix: "see that its nodes are to run Cilium" });
  }
  if (count === 1) return info({ cluster, property: "1 agent", reason: one, fix: FIX });
  return info({ cluster, property: count === undefined ? "agents" : `${count} agents`, reason: more, fix: FIX });
}

/** Whether they roll is not known. */
const notKnown = (cluster: string, why: string, fix: string): Diagnostic =>
  info({ cluster, property: "agents", reason: `were not looked at (${why}), so how many roll is not known`, fix });

/** What becomes of the agents of a cluster that answers; nothing where they run with name and id, or are never rolled here: both are as installed. */
function ofReachable(
  cluster: Cluster,
  { agent, config, rollouts }: ReachableCluster,
  { daemonSet, configMap }: CiliumObjects,
): readonly Diagnostic[] {
  if (cluster.identity === "asInstalled") return [];
  if (agent === undefined || config === undefined) {
    const missing = agent === undefined ? `DaemonSet ${daemonSet}` : `ConfigMap ${configMap}`;
    return [notKnown(cluster.name, `${missing} is missing`, "see what is said of it")];
  }
  const desired = desiredConfig(cluster);
  if (rollouts[`daemonset/${daemonSet}`]?.annotation !== rolloutChecksum(desired)) {
    return [agents(cluster.name, agent.count, ROLL)];
  }
  const isSet = Object.entries(desired).every(([key, value]) => config.data[key] === value);
  return isSet ? [] : [agents(cluster.name, agent.count, RESTART)];
}

/**
 * How many agents an `up` rolls, by cluster, and of which clusters nobody knows. Where nothing is said of a cluster, it was looked at, and none roll for
 * name and id. It is said and nothing more: no resource has the number, so that a node that comes or goes changes none.
 *
 * @param clusters Those that a program manages, lost ones too. @param live What was seen of them. @param unfit Those that are not what they should be:
 * what else was seen of them counts for nothing.
 */
export function rollingAgents(
  clusters: readonly Cluster[],
  live: ReadonlyMap<string, LiveCluster>,
  cilium: CiliumObjects,
  unfit: ReadonlySet<string> = new Set(),
): readonly Diagnostic[] {
  return clusters.flatMap((cluster) => {
    const { name, lost } = cluster;
    const seen = live.get(name);
    if (lost === true) return [notKnown(name, "it is lost", "take lost away once it answers")];
    if (unfit.has(name)) return [notKnown(name, "it does not fit", "set right what is said of it")];
    if (seen?.kind === "reachable") return ofReachable(cluster, seen, cilium);
    const why = seen === undefined ? "nobody has asked it" : "it has not answered";
    return [notKnown(name, why, "let the cluster answer to learn it")];
  });
}

/** The same of a cluster that leaves. */
export const leavingAgents = (cluster: string, count: number | undefined): Diagnostic =>
  agents(cluster, count, ROLL_BACK);
