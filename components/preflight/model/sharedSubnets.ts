import { findOverlaps, rangesOf } from "../../mesh/model/cidr";
import type { Cluster } from "../../mesh/model/mesh";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { takesSubnets } from "../../mesh/model/validateIdentity";
import { ipamOf } from "./ipam";
import type { InspectedCluster, PreflightPolicy } from "./policy";
import { unseen } from "./unseen";

/** Pairs of clusters whose pods have ranges that the other has as well, with one such range. */
function sharingClusters(clusters: readonly Cluster[]) {
  const claims = clusters.flatMap((cluster) =>
    (["podCIDRs", "nodeCIDRs"] as const).flatMap((kind) =>
      rangesOf(cluster[kind]).map((range) => ({ owner: { cluster: cluster.name, kind }, range })),
    ),
  );
  const pairs = new Map<string, { readonly clusters: readonly [string, string]; readonly text: string }>();
  for (const [a, b] of findOverlaps(claims)) {
    const [first, second] = [a.owner.cluster, b.owner.cluster].sort() as [string, string];
    if (first !== second && (a.owner.kind === "podCIDRs" || b.owner.kind === "podCIDRs")) {
      pairs.set(JSON.stringify([first, second]), { clusters: [first, second], text: a.range.text });
    }
  }
  return [...pairs.values()];
}

/**
 * Pods of two clusters may have ranges in common where both get their addresses from one network of a cloud, which gives each of them once. Two
 * networks with the same range are no mesh.
 */
export function sharedSubnets(
  found: readonly InspectedCluster[],
  members: readonly Cluster[],
  policy: PreflightPolicy,
): readonly Diagnostic[] {
  if (!policy.allow.includes("sharedSubnets")) return [];
  const clusters = new Map(found.map((each) => [each.cluster.name, each]));
  const networksOf = (name: string) => [
    ...new Set((clusters.get(name)?.live.network?.nodes ?? []).flatMap(({ vpc }) => vpc ?? [])),
  ];
  const pairs = sharingClusters(members).map(({ clusters: [first, second], text }) => {
    const networks = [networksOf(first), networksOf(second)] as const;
    const other = [first, second].find((name) => {
      const each = clusters.get(name);
      return each !== undefined && !takesSubnets(ipamOf(each));
    });
    return { first, second, text, networks, other };
  });
  return pairs.flatMap(({ first, second, text, networks: [theirs, mine], other }): readonly Diagnostic[] => {
    const at = { cluster: second, property: "podCIDRs", value: text };
    const shared = `is also a range of cluster ${JSON.stringify(first)}`;
    if (other !== undefined) {
      const reason = `${shared}, and ${JSON.stringify(other)} does not take addresses of subnets`;
      return [error({ ...at, reason, fix: "give it ranges of its own" })];
    }
    if (mine.length === 0 || theirs.length === 0) {
      const why = "its nodes, or those of the other cluster, do not name it";
      return [unseen(second, "the network of shared subnets", why)];
    }
    const reason = `${shared}, whose network is ${theirs.join(", ")} and not ${mine.join(", ")}`;
    return mine.some((network) => theirs.includes(network))
      ? []
      : [error({ ...at, reason, fix: "only clusters of one network can have ranges in common" })];
  });
}
