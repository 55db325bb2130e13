import { ID_KEY, NAME_KEY } from "../../cilium/model/agentConfig";
import { otherClusterProblem, otherTargets } from "../../identity/model/otherCluster";
import { targetsOf } from "../../identity/model/recorded";
import type { Cluster } from "../../mesh/model/mesh";
import { UNMESHED_NAME } from "../../mesh/model/names";
import { error, type Diagnostic, type Finding } from "../../mesh/model/diagnostic";
import { setBefore } from "./marks";
import type { InspectedCluster, PreflightPolicy } from "./policy";

/** A cluster's name and id as `cilium-config` has them. */
interface Identity {
  readonly name: string;
  /** `"0"` or empty: in no mesh. */
  readonly id: string;
}

/** The live name and id of a `cilium-config`; what is not set has Cilium's default. */
export function identityIn(config: Readonly<Record<string, string>>): Identity {
  return { name: config[NAME_KEY] ?? UNMESHED_NAME, id: config[ID_KEY] ?? "0" };
}

const LEAVE = "remove the cluster from its configuration and run pulumi up";

/**
 * A meshed cluster that would get another name or id: its identities and nodes under the old ones would stay in its peers, and in its own
 * etcd. It leaves first, as itself, and joins again as another.
 *
 * @returns What is wrong and the steps to take; nothing for a cluster in no mesh, or one that stays what it is.
 */
export function identityChange(live: Identity, wanted: Identity): Omit<Finding, "cluster"> | undefined {
  if (live.id === "0" || live.id === "" || (live.name === wanted.name && live.id === wanted.id)) return undefined;
  if (live.name !== wanted.name) {
    const [old, name] = [JSON.stringify(live.name), JSON.stringify(wanted.name)];
    return {
      property: `live ${NAME_KEY}`,
      value: live.name,
      reason: `is that of a cluster meshed with id ${live.id}: a meshed cluster is not renamed`,
      fix: `list it as ${old}, or take two steps: 1. ${LEAVE}, 2. list it as ${name} and run pulumi up`,
    };
  }
  return {
    property: `live ${ID_KEY}`,
    value: live.id,
    reason: `cannot become ${wanted.id}: the id of a meshed cluster does not change`,
    fix:
      `declare id ${live.id}, or take two steps: 1. ${LEAVE}, ` +
      `2. list it under a new name with id ${wanted.id} and run pulumi up`,
  };
}

/** A live name or id that belongs to another cluster or another mesh, or that would change under a meshed cluster. */
export function liveIdentity(
  found: InspectedCluster,
  clusters: readonly Cluster[],
  policy: PreflightPolicy,
): readonly Diagnostic[] {
  const { cluster, live } = found;
  // What was set before is what the cluster is, whatever has become of the values: those are set again.
  const current = identityIn(setBefore(found, policy) ?? live.config?.data ?? {});
  if (current.name !== cluster.name && clusters.some((other) => other.name === current.name)) {
    const reason = "is the name of another cluster of the mesh";
    const fix =
      "point context or kubeconfig at the right cluster; where this is the right one, and a helm upgrade went to it by mistake, give it back its name";
    return [error({ cluster: cluster.name, property: `live ${NAME_KEY}`, value: current.name, reason, fix })];
  }
  const change = identityChange(current, { name: cluster.name, id: String(cluster.id) });
  if (change === undefined) return [];
  const other = current.name === cluster.name && clusters.find((each) => String(each.id) === current.id);
  const reason = other ? `is the id of cluster ${JSON.stringify(other.name)}` : change.reason;
  return [error({ cluster: cluster.name, ...change, reason })];
}

/** Two names for one cluster: contexts that lead to the same place. The one whose name the cluster has is right, or else the first. */
export function sameCluster(found: readonly InspectedCluster[]): readonly Diagnostic[] {
  const right = new Map<string, string>();
  const isNamedSo = ({ cluster, live }: InspectedCluster) => identityIn(live.config?.data ?? {}).name === cluster.name;
  [...found.filter(isNamedSo), ...found].forEach(({ cluster, live }) => {
    right.set(live.uid, right.get(live.uid) ?? cluster.name);
  });
  return found
    .filter(({ cluster, live }) => live.uid !== "" && right.get(live.uid) !== cluster.name)
    .map(({ cluster, live }) =>
      error({
        cluster: cluster.name,
        property: "context",
        reason: `leads to the same cluster as ${JSON.stringify(right.get(live.uid))}`,
        fix: "give each cluster its own context or kubeconfig",
      }),
    );
}

/**
 * A cluster that is not the one that was meshed under its name, or whose objects would be others: refused, whatever else is found. In the place of
 * one that was lost another may come.
 */
export function otherThanRecorded({ cluster, live }: InspectedCluster, policy: PreflightPolicy): readonly Diagnostic[] {
  const recorded = policy.recorded[cluster.name];
  if (recorded === undefined || live.uid === "") return [];
  if (recorded.uid === live.uid) {
    return otherTargets(cluster.name, recorded.targets, targetsOf(policy.cilium, policy.peerSecret));
  }
  return recorded.lost === true ? [] : [otherClusterProblem(cluster.name, recorded.uid, live.uid)];
}
