import { compact } from "../../basics/model/lists";
import { isOn } from "../../cilium/model/agentBoolean";
import { NAME_KEY } from "../../cilium/model/agentConfig";
import type { Cluster } from "../../mesh/model/mesh";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { identityIn, liveIdentity, otherThanRecorded, sameCluster } from "./identity";
import { notPublishing } from "./apiserver";
import { agentSettings } from "./liveCluster";
import { identityModeOf } from "../../cilium/model/identityMode";
import type { InspectedCluster, PreflightPolicy } from "./policy";

/** Clusters that are not what they should be, or cannot be in this mesh: whatever else is found there comes of it, or is work in vain. */
export interface RuledOut {
  readonly clusters: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** The other cluster of the mesh that a context leads to, by its live name. */
function otherCluster({ cluster, live }: InspectedCluster, clusters: readonly Cluster[]): string | undefined {
  const { name } = identityIn(live.config?.data ?? {});
  return clusters.find((other) => other.name === name && other.name !== cluster.name)?.name;
}

/** Contexts that lead to other clusters of the mesh: two that are exchanged are one mistake. */
function wrongContexts(
  found: readonly InspectedCluster[],
  clusters: readonly Cluster[],
  policy: PreflightPolicy,
): readonly Diagnostic[] {
  const leads = new Map(found.map((each) => [each.cluster.name, otherCluster(each, clusters)]));
  return found.flatMap((each): readonly Diagnostic[] => {
    const { name } = each.cluster;
    const other = leads.get(name);
    if (other === undefined) return [];
    if (leads.get(other) !== name) {
      return liveIdentity(each, clusters, policy).filter(({ property }) => property === `live ${NAME_KEY}`);
    }
    const reason = `leads to cluster ${JSON.stringify(other)}, and that of ${JSON.stringify(other)} to this one`;
    return name < other
      ? [error({ cluster: name, property: "context", reason, fix: "exchange the two contexts or kubeconfigs" })]
      : [];
  });
}

/** What no cluster of this mesh can be. */
export function unfit({ cluster, live }: InspectedCluster, { cilium }: PreflightPolicy): readonly Diagnostic[] {
  const at = { cluster: cluster.name };
  const settings = agentSettings(live);
  if (settings === undefined) {
    const neither = `neither ConfigMap ${cilium.configMap} nor DaemonSet ${cilium.daemonSet} is there`;
    const reason = `is not in namespace ${cilium.namespace}: ${neither}`;
    const fix = "install Cilium there, or name namespace and objects of your installation (clustermesh:cilium)";
    return compact([live.agent === undefined && error({ ...at, property: "Cilium", reason, fix })]);
  }
  const mode = identityModeOf(settings);
  return compact([
    cluster.publishes === "kvstore" &&
      mode === "crd" &&
      error({
        ...at,
        property: "live identity-allocation-mode",
        value: mode,
        reason:
          "keeps this cluster's identities in its API server, and peers of this mesh read them from an etcd of Cilium's own",
        fix:
          "remove etcd of this cluster, and its peers read what its clustermesh-apiserver publishes; an etcd is for clusters in " +
          "kvstore mode (the mode of a cluster with running pods is not changed for it)",
      }),
    isOn(settings["enable-ztunnel"]) &&
      error({
        ...at,
        property: "live enable-ztunnel",
        value: settings["enable-ztunnel"],
        reason: "does not go with ClusterMesh: agents with a cluster id do not start",
        fix: "leave this cluster out of the mesh",
      }),
  ]);
}

/** Finds the clusters of which one problem alone is reported. */
export function ruledOut(
  found: readonly InspectedCluster[],
  clusters: readonly Cluster[],
  policy: PreflightPolicy,
): RuledOut {
  const twice = sameCluster(found);
  const isTwice = new Set(twice.map(({ cluster }) => cluster));
  const once = found.filter(({ cluster }) => !isTwice.has(cluster.name));
  const elsewhere = once.filter((each) => otherCluster(each, clusters) !== undefined);
  const here = once.filter((each) => !elsewhere.includes(each));
  const others = here.flatMap((each) => otherThanRecorded(each, policy));
  const isOther = new Set(others.map(({ cluster }) => cluster));
  const unfitting = here
    .filter(({ cluster }) => !isOther.has(cluster.name))
    .flatMap((each) => [...unfit(each, policy), ...notPublishing(each, policy)]);
  return {
    clusters: new Set([
      ...twice.flatMap(({ cluster }) => cluster ?? []),
      ...elsewhere.map(({ cluster }) => cluster.name),
      ...[...others, ...unfitting].flatMap(({ cluster }) => cluster ?? []),
    ]),
    diagnostics: [...twice, ...wrongContexts(once, clusters, policy), ...others, ...unfitting],
  };
}
