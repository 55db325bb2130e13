import { compact } from "../../basics/model/lists";
import { addressRange, contains, rangesOf, type Range } from "../../mesh/model/cidr";
import type { Cluster } from "../../mesh/model/mesh";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { listed } from "./listed";
import { DECLARE_IT, enabled, ipamOf, OWN_RANGES } from "./ipam";
import type { InspectedCluster } from "./policy";

/** Addresses of nodes that are not in the declared ranges, or in those of the cluster's own pods. */
export function undeclaredNodes(each: InspectedCluster): readonly Diagnostic[] {
  const { cluster, live } = each;
  const addresses = (live.network?.nodes ?? []).flatMap(({ name, addresses: own }) =>
    enabled(
      each,
      own.flatMap((address) => addressRange(address) ?? []),
    ).map((range) => ({ name, range })),
  );
  const within = (kind: "podCIDRs" | "nodeCIDRs", range: Range) =>
    rangesOf(cluster[kind]).some((outer) => contains(outer, range));
  const problem = (some: typeof addresses, reason: string, fix: string): Diagnostic | false =>
    some.length > 0 &&
    error({
      cluster: cluster.name,
      property: "live addresses of nodes",
      value: some.slice(0, 3).map(({ name, range }) => `${range.text.split("/")[0] ?? ""} (${name})`),
      reason: some.length > 3 ? `and ${some.length - 3} more ${reason}` : reason,
      fix,
    });
  const ipam = ipamOf(each);
  const undeclared = addresses.filter(({ range }) => !within("nodeCIDRs", range));
  const both = addresses.filter(({ range }) => within("nodeCIDRs", range) && within("podCIDRs", range));
  const ofPods = `are in podCIDRs (${listed(cluster.podCIDRs)}), too`;
  return compact([
    problem(undeclared, `are not in nodeCIDRs (${listed(cluster.nodeCIDRs)})`, DECLARE_IT),
    OWN_RANGES.has(ipam) &&
      problem(both, ofPods, `with ipam ${ipam} pods and nodes have ranges of their own: declare those`),
  ]);
}

/** Nodes of two clusters with one address: the clusters may share a subnet, and not that. */
export function sameAddresses(found: readonly InspectedCluster[]): readonly Diagnostic[] {
  const first = new Map<string, { readonly cluster: string; readonly node: string }>();
  return found.flatMap((each) => {
    const { name: cluster } = each.cluster;
    const own = (each.live.network?.nodes ?? []).flatMap(({ name, addresses }) =>
      addresses.flatMap((address) => {
        const range = addressRange(address);
        return range === undefined ? [] : [{ node: name, address: range.text.split("/")[0] ?? "" }];
      }),
    );
    const shared = own.flatMap(({ node, address }) => {
      const other = first.get(address);
      if (other === undefined) first.set(address, { cluster, node });
      return other === undefined || other.cluster === cluster ? [] : [{ node, address, other }];
    });
    const [one] = shared;
    return compact([
      one &&
        error({
          cluster,
          property: `live address of node ${JSON.stringify(one.node)}`,
          value: one.address,
          reason:
            `is that of node ${JSON.stringify(one.other.node)} of cluster ${JSON.stringify(one.other.cluster)}` +
            (shared.length > 1 ? `, and ${shared.length - 1} more are as well` : ""),
          fix: "the nodes of a mesh need addresses of their own, by which all of them reach each other",
        }),
    ]);
  });
}

/**
 * Nodes with an address in the range of another cluster's pods: for clusters whose ranges of nodes are not written down, and so compared with
 * nothing on paper.
 */
export function nodesAmongPods(
  { cluster, live }: { readonly cluster: { readonly name: string }; readonly live: InspectedCluster["live"] },
  clusters: readonly Pick<Cluster, "name" | "podCIDRs">[],
): readonly Diagnostic[] {
  const addresses = (live.network?.nodes ?? []).flatMap(({ name, addresses: own }) =>
    enabled(
      { live },
      own.flatMap((address) => addressRange(address) ?? []),
    ).map((range) => ({ node: name, range })),
  );
  return clusters
    .filter(({ name }) => name !== cluster.name)
    .flatMap(({ name, podCIDRs }): readonly Diagnostic[] => {
      const pods = rangesOf(podCIDRs);
      const inside = addresses.filter(({ range }) => pods.some((outer) => contains(outer, range)));
      const [first] = inside;
      if (first === undefined) return [];
      const more = inside.length > 1 ? `and ${inside.length - 1} more ` : "";
      return [
        error({
          cluster: cluster.name,
          property: "live addresses of nodes",
          value: `${first.range.text.split("/")[0] ?? ""} (${first.node})`,
          reason: `${more}${inside.length > 1 ? "are" : "is"} in podCIDRs of cluster ${JSON.stringify(name)} (${listed(podCIDRs)})`,
          fix: "give every cluster's pods a range of their own",
        }),
      ];
    });
}
