import { findOverlaps, rangesOf } from "../../mesh/model/cidr";
import type { Cluster } from "../../mesh/model/mesh";
import type { Problem } from "../../mesh/model/problem";
import { takesSubnets } from "../../mesh/model/validateIdentity";
import { findings, type Findings } from "./findings";
import { ipamOf } from "./ipam";
import type { InspectedCluster, PreflightPolicy } from "./policy";

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
): Findings {
  if (!policy.allow.includes("sharedSubnets")) {
    return findings({});
  }
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
  const at = ({ second, text }: (typeof pairs)[number]) => ({ cluster: second, property: "podCIDRs", value: text });
  const shared = ({ first }: (typeof pairs)[number]) => `is also a range of cluster ${JSON.stringify(first)}`;
  return findings({
    problems: pairs.flatMap((pair): Problem[] => {
      const [mine, theirs] = [pair.networks[1], pair.networks[0]];
      if (pair.other !== undefined) {
        const fix = "give it ranges of its own";
        return [
          {
            ...at(pair),
            reason: `${shared(pair)}, and ${JSON.stringify(pair.other)} does not take addresses of subnets`,
            fix,
          },
        ];
      }
      const apart = mine.length > 0 && theirs.length > 0 && !mine.some((network) => theirs.includes(network));
      const fix = "only clusters of one network can have ranges in common";
      return apart
        ? [
            {
              ...at(pair),
              reason: `${shared(pair)}, whose network is ${theirs.join(", ")} and not ${mine.join(", ")}`,
              fix,
            },
          ]
        : [];
    }),
    unseen: pairs.flatMap(({ second, networks, other }) =>
      other === undefined && networks.some((each) => each.length === 0)
        ? [
            {
              cluster: second,
              what: "the network of shared subnets",
              why: "its nodes, or those of the other cluster, do not name it",
            },
          ]
        : [],
    ),
  });
}
