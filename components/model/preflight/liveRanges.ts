import { addressRange, contains, overlaps, rangesOf, type Range } from "../cidr";
import { agentSettings } from "../liveCluster";
import { cidrsIn, INVENTORY } from "../liveNetwork";
import type { Member } from "../mesh";
import type { Problem } from "../problem";
import { findings, listed, together, type Findings } from "./findings";
import type { Found } from "./policy";

/** Ranges that a cluster's pods get addresses from, by what says so; the earlier ones are where the later ones come from. */
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

/** Chaining modes in which Cilium gives the addresses all the same. */
const OWN_ADDRESSES: ReadonlySet<string> = new Set(["", "none", "portmap"]);

/** Who gives a cluster's pods their addresses: its IPAM mode, or the plugin that Cilium is chained to. */
export function ipamOf({ live }: Found): string {
  const { ipam = "cluster-pool", "cni-chaining-mode": chained = "" } = agentSettings(live) ?? {};
  return OWN_ADDRESSES.has(chained) ? ipam : chained;
}

/** Modes in which pods have ranges apart from the nodes'. */
const OWN_RANGES: ReadonlySet<string> = new Set(["cluster-pool", "kubernetes", "multi-pool"]);

/** The ranges of the families that are enabled. */
function enabled({ live }: Found, ranges: readonly Range[]): readonly Range[] {
  const settings = agentSettings(live) ?? {};
  return ranges.filter(({ family }) => settings[`enable-ipv${String(family)}`] !== "false");
}

function podRanges(each: Found): readonly LiveRanges[] {
  const { live } = each;
  const settings = agentSettings(live) ?? {};
  const nodes = live.network?.nodes ?? [];
  const read = (property: string, texts: readonly string[]) => ({
    property,
    ranges: enabled(each, rangesOf([...new Set(texts)])),
  });
  const sources = {
    pools: () => POOL_KEYS.map((key) => read(`live ${key}`, cidrsIn(settings[key] ?? ""))),
    podPools: () => [read("live CiliumPodIPPools", live.network?.podPools ?? [])],
    nodes: () => [
      read(
        "live podCIDRs of nodes",
        nodes.flatMap(({ podCIDRs }) => podCIDRs),
      ),
    ],
    subnets: () => [
      read(
        "live subnets of pods",
        nodes.flatMap(({ subnets }) => subnets),
      ),
    ],
  };
  const ipam = ipamOf(each);
  return (Object.hasOwn(SOURCES, ipam) ? (SOURCES[ipam] ?? []) : []).flatMap((source) => sources[source]());
}

/** A cluster's ranges, declared or live, in which a range has no business. */
function intruded(range: Range, owner: Found, others: readonly Member[], found: readonly Found[]): string {
  const declared = others.flatMap((other) =>
    (["podCIDRs", "nodeCIDRs"] as const).flatMap((kind) =>
      rangesOf(other[kind]).flatMap((theirs) =>
        overlaps(range, theirs) ? [`${kind} of cluster ${JSON.stringify(other.name)} (${theirs.text})`] : [],
      ),
    ),
  );
  const live = found
    .filter(({ member }) => member.name !== owner.member.name)
    .flatMap((each) =>
      podRanges(each).flatMap(({ property, ranges }) =>
        ranges.flatMap((theirs) =>
          overlaps(range, theirs)
            ? [`${property} of cluster ${JSON.stringify(each.member.name)} (${theirs.text})`]
            : [],
        ),
      ),
    );
  const all = [...declared, ...live];
  return all.length === 0 ? "" : `, and overlaps ${listed(all, 2)}`;
}

const ALLOWED =
  "declare every range that the cluster has; where it is another cluster's, point context at the right cluster, or install one of them with another range";

/** Ranges that pods get addresses from and that are not declared: nothing else was checked with them. */
function undeclaredPods(each: Found, members: readonly Member[], found: readonly Found[]): readonly Problem[] {
  const { member } = each;
  const declared = rangesOf(member.podCIDRs);
  const others = members.filter(({ name }) => name !== member.name);
  let explained: readonly Range[] = [];
  return podRanges(each).flatMap(({ property, ranges }): Problem[] => {
    const outside = ranges.filter((range) => ![...declared, ...explained].some((outer) => contains(outer, range)));
    explained = [...explained, ...outside];
    const [first] = outside;
    if (first === undefined) {
      return [];
    }
    const texts = outside.map(({ text }) => text);
    const value = texts.length === 1 ? first.text : texts.slice(0, 3);
    const more = texts.length > 3 ? ` and ${String(texts.length - 3)} more` : "";
    const reason =
      `${more} is not inside podCIDRs (${listed(member.podCIDRs)})${intruded(first, each, others, found)}`.trim();
    return [{ cluster: member.name, property, value, reason, allowed: ALLOWED }];
  });
}

/** Addresses of nodes that are not in the declared ranges, or in those of the cluster's own pods. */
function undeclaredNodes(each: Found): readonly Problem[] {
  const { member, live } = each;
  const addresses = (live.network?.nodes ?? []).flatMap(({ name, addresses: own }) =>
    enabled(
      each,
      own.flatMap((address) => addressRange(address) ?? []),
    ).map((range) => ({ name, range })),
  );
  const within = (kind: "podCIDRs" | "nodeCIDRs", range: Range) =>
    rangesOf(member[kind]).some((outer) => contains(outer, range));
  const problem = (some: typeof addresses, reason: string, allowed: string): readonly Problem[] =>
    some.length === 0
      ? []
      : [
          {
            cluster: member.name,
            property: "live addresses of nodes",
            value: some.slice(0, 3).map(({ name, range }) => `${range.text.split("/")[0] ?? ""} (${name})`),
            reason: some.length > 3 ? `and ${String(some.length - 3)} more ${reason}` : reason,
            allowed,
          },
        ];
  return [
    ...problem(
      addresses.filter(({ range }) => !within("nodeCIDRs", range)),
      `are not in nodeCIDRs (${listed(member.nodeCIDRs)})`,
      ALLOWED,
    ),
    ...(!OWN_RANGES.has(ipamOf(each))
      ? []
      : problem(
          addresses.filter(({ range }) => within("nodeCIDRs", range) && within("podCIDRs", range)),
          `are in podCIDRs (${listed(member.podCIDRs)}), too`,
          `with ipam ${ipamOf(each)} pods and nodes have ranges of their own: declare those`,
        )),
  ];
}

/** Nodes of two clusters with one address: the clusters may share a subnet, and not that. */
function sameAddresses(found: readonly Found[]): readonly Problem[] {
  const first = new Map<string, { readonly cluster: string; readonly node: string }>();
  return found.flatMap((each): Problem[] => {
    const { name: cluster } = each.member;
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
    return one === undefined
      ? []
      : [
          {
            cluster,
            property: `live address of node ${JSON.stringify(one.node)}`,
            value: one.address,
            reason:
              `is that of node ${JSON.stringify(one.other.node)} of cluster ${JSON.stringify(one.other.cluster)}` +
              (shared.length > 1 ? `, and ${String(shared.length - 1)} more are as well` : ""),
            allowed: "the nodes of a mesh need addresses of their own, by which all of them reach each other",
          },
        ];
  });
}

/**
 * Ranges of Services that overlap with pods or nodes of another cluster. Those of two clusters may be the same: an address of a Service means
 * something in its own cluster alone, and global services share their pods.
 */
function serviceOverlaps({ member, live }: Found, members: readonly Member[]): readonly Problem[] {
  const services = rangesOf(live.network?.serviceCIDRs ?? []);
  return members
    .filter(({ name }) => name !== member.name)
    .flatMap((other) =>
      (["podCIDRs", "nodeCIDRs"] as const).flatMap((kind) =>
        rangesOf(other[kind]).flatMap((theirs) =>
          services
            .filter((range) => overlaps(range, theirs))
            .map((range): Problem => ({
              cluster: member.name,
              property: "live range of Services",
              value: range.text,
              reason: `overlaps ${kind} of cluster ${JSON.stringify(other.name)} (${theirs.text})`,
              allowed:
                "an address there that is a Service's here as well cannot be reached from here: give one of them another range",
            })),
        ),
      ),
    );
}

/** What of a cluster's ranges nobody could tell. */
function unseen(each: Found): Findings["unseen"] {
  const { member, live } = each;
  const { nodes, serviceCIDRs, podPools, unread } = live.network ?? { unread: {} };
  const ipam = ipamOf(each);
  const why = (kind: string, otherwise: string) =>
    Object.hasOwn(unread, kind) ? `${kind}: ${unread[kind] ?? ""}` : otherwise;
  const say = (what: string, reason: string) => ({ cluster: member.name, what, why: reason });
  const hasPods = podRanges(each).some(({ ranges }) => ranges.length > 0);
  return [
    ...(nodes !== undefined && nodes.length > 0
      ? []
      : [say("addresses of nodes", why(INVENTORY.nodes, "it has no CiliumNode"))]),
    ...(!Object.hasOwn(SOURCES, ipam)
      ? [say("ranges of pods", `ipam ${ipam} does not tell`)]
      : hasPods && (ipam !== "multi-pool" || podPools !== undefined)
        ? []
        : [say("ranges of pods", why(INVENTORY.nodes, "no node has one yet"))]),
    ...(serviceCIDRs === undefined
      ? [say("ranges of Services", why(INVENTORY.services, "it has no ServiceCIDR"))]
      : []),
  ];
}

/** Holds the addresses and ranges that clusters have against those that are declared, and against each other's. */
export function liveRanges(found: readonly Found[], members: readonly Member[]): Findings {
  const each = found.map((one) =>
    findings({
      problems: [...undeclaredPods(one, members, found), ...undeclaredNodes(one)],
      warnings: serviceOverlaps(one, members),
      unseen: unseen(one),
    }),
  );
  return together([...each, findings({ problems: sameAddresses(found) })]);
}
