import { compact } from "../../basics/model/lists";
import { contains, overlaps, rangesOf, type Range } from "../../mesh/model/cidr";
import type { Cluster } from "../../mesh/model/mesh";
import { error, warning, type Diagnostic } from "../../mesh/model/diagnostic";
import { listed } from "./listed";
import { DECLARE_IT, enabled, ipamOf } from "./ipam";
import { agentSettings } from "./liveCluster";
import { cidrsIn, INVENTORY } from "./liveNetwork";
import { nodesAmongPods, sameAddresses, undeclaredNodes } from "./nodeAddresses";
import type { InspectedCluster } from "./policy";
import { unseen } from "./unseen";

/** Ranges that a cluster's pods get addresses from, by where they are set; the earlier ones are where the later ones come from. */
interface LiveRanges {
  readonly property: string;
  readonly ranges: readonly Range[];
}

const POOL_KEYS = ["cluster-pool-ipv4-cidr", "cluster-pool-ipv6-cidr"];

/** Where each IPAM mode has its ranges: pools of the whole cluster, ranges of the nodes, subnets of the cloud. Others tell nobody. */
const SOURCES: Readonly<Record<string, readonly ("pools" | "podPools" | "nodes" | "subnets")[]>> = {
  "cluster-pool": ["pools", "nodes"],
  kubernetes: ["nodes"],
  "multi-pool": ["podPools", "nodes"],
  eni: ["subnets"],
  azure: ["subnets"],
  alibabacloud: ["subnets"],
};

/** What a cluster's pods get addresses from, by its IPAM mode; nothing where that mode does not tell. */
export function podRanges(each: Pick<InspectedCluster, "live">): readonly LiveRanges[] {
  const { live } = each;
  const settings = agentSettings(live) ?? {};
  const nodes = live.network?.nodes ?? [];
  const podCIDRs = nodes.flatMap((node) => node.podCIDRs);
  const subnets = nodes.flatMap((node) => node.subnets);
  const read = (property: string, texts: readonly string[]) => ({
    property,
    ranges: enabled(each, rangesOf([...new Set(texts)])),
  });
  const sources = {
    pools: () => POOL_KEYS.map((key) => read(`live ${key}`, cidrsIn(settings[key] ?? ""))),
    podPools: () => [read("live CiliumPodIPPools", live.network?.podPools ?? [])],
    nodes: () => [read("live podCIDRs of nodes", podCIDRs)],
    subnets: () => [read("live subnets of pods", subnets)],
  };
  const ipam = ipamOf(each);
  return (Object.hasOwn(SOURCES, ipam) ? (SOURCES[ipam] ?? []) : []).flatMap((source) => sources[source]());
}

/** A range with what it is, for messages. */
interface Owned {
  readonly range: Range;
  readonly what: string;
}

const ownedBy = ({ name }: Cluster, property: string, ranges: readonly Range[]): readonly Owned[] =>
  ranges.map((range) => ({ range, what: `${property} of cluster ${JSON.stringify(name)} (${range.text})` }));

const declaredRanges = (clusters: readonly Cluster[]): readonly Owned[] =>
  clusters.flatMap((each) => {
    return (["podCIDRs", "nodeCIDRs"] as const).flatMap((kind) => ownedBy(each, kind, rangesOf(each[kind])));
  });

/** A cluster's ranges, declared or live, in which a range has no business. */
function intruded(
  range: Range,
  owner: InspectedCluster,
  others: readonly Cluster[],
  found: readonly InspectedCluster[],
): string {
  const live = found
    .filter(({ cluster }) => cluster.name !== owner.cluster.name)
    .flatMap((each) => podRanges(each).flatMap(({ property, ranges }) => ownedBy(each.cluster, property, ranges)));
  const all = [...declaredRanges(others), ...live].filter((theirs) => overlaps(range, theirs.range));
  const whats = all.map(({ what }) => what);
  return whats.length === 0 ? "" : `, and overlaps ${listed(whats, 2)}`;
}

/** Ranges that pods get addresses from and that are not declared: nothing else was checked with them. */
function undeclaredPods(
  each: InspectedCluster,
  clusters: readonly Cluster[],
  found: readonly InspectedCluster[],
): readonly Diagnostic[] {
  const { cluster } = each;
  const declared = rangesOf(cluster.podCIDRs);
  const others = clusters.filter(({ name }) => name !== cluster.name);
  let explained: readonly Range[] = [];
  return podRanges(each).flatMap(({ property, ranges }): Diagnostic[] => {
    const outside = ranges.filter((range) => ![...declared, ...explained].some((outer) => contains(outer, range)));
    explained = [...explained, ...outside];
    const [first] = outside;
    if (first === undefined) return [];
    const texts = outside.map(({ text }) => text);
    const value = texts.length === 1 ? first.text : texts.slice(0, 3);
    const more = texts.length > 3 ? ` and ${texts.length - 3} more` : "";
    const reason =
      `${more} is not inside podCIDRs (${listed(cluster.podCIDRs)})${intruded(first, each, others, found)}`.trim();
    return [error({ cluster: cluster.name, property, value, reason, fix: DECLARE_IT })];
  });
}

/**
 * Ranges of Services that overlap with pods or nodes of another cluster. Those of two clusters may be the same: an address of a Service means
 * something in its own cluster alone, and global services share their pods.
 */
function serviceOverlaps({ cluster, live }: InspectedCluster, clusters: readonly Cluster[]): readonly Diagnostic[] {
  const services = rangesOf(live.network?.serviceCIDRs ?? []);
  const at = { cluster: cluster.name, property: "live range of Services" };
  const fix =
    "an address there that is a Service's here as well cannot be reached from here: give one of them another range";
  return declaredRanges(clusters.filter(({ name }) => name !== cluster.name)).flatMap(({ range: theirs, what }) =>
    services
      .filter((range) => overlaps(range, theirs))
      .map((range) => warning({ ...at, value: range.text, reason: `overlaps ${what}`, fix })),
  );
}

/** What of a cluster's ranges nobody could tell. */
function unseenRanges(each: InspectedCluster): readonly Diagnostic[] {
  const { cluster, live } = each;
  const { nodes, serviceCIDRs, podPools, unread } = live.network ?? { unread: {} };
  const ipam = ipamOf(each);
  const why = (kind: string, otherwise: string) =>
    Object.hasOwn(unread, kind) ? `${kind}: ${unread[kind] ?? ""}` : otherwise;
  const say = (what: string, reason: string) => unseen(cluster.name, what, reason);
  const hasSource = Object.hasOwn(SOURCES, ipam);
  const hasPools = ipam !== "multi-pool" || podPools !== undefined;
  const hasPods = hasPools && podRanges(each).some(({ ranges }) => ranges.length > 0);
  return compact([
    (nodes ?? []).length === 0 && say("addresses of nodes", why(INVENTORY.nodes, "no CiliumNode is there")),
    !hasSource && say("ranges of pods", `ipam ${ipam} does not tell`),
    hasSource && !hasPods && say("ranges of pods", why(INVENTORY.nodes, "no node has one yet")),
    serviceCIDRs === undefined && say("ranges of Services", why(INVENTORY.services, "it has no ServiceCIDR")),
  ]);
}

/** Holds the addresses and ranges that clusters have against those that are declared, and against each other's. */
export function liveRanges(found: readonly InspectedCluster[], clusters: readonly Cluster[]): readonly Diagnostic[] {
  const each = found.flatMap((one) => [
    ...undeclaredPods(one, clusters, found),
    ...(one.cluster.nodeCIDRs.length === 0 ? nodesAmongPods(one, clusters) : undeclaredNodes(one)),
    ...serviceOverlaps(one, clusters),
    ...unseenRanges(one),
  ]);
  return [...each, ...sameAddresses(found)];
}
