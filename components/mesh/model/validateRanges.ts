import { contains, findOverlaps, parseCIDR, type Claim, type Range } from "./cidr";
import type { Cluster, MeshSpec } from "./mesh";
import { error, type Diagnostic } from "./diagnostic";
import { takesSubnets } from "./validateIdentity";

type Kind = "podCIDRs" | "nodeCIDRs";

interface RangeOwner {
  readonly cluster: string;
  readonly kind: Kind;
  readonly property: string;
}

interface ReadRanges {
  readonly claims: readonly Claim<RangeOwner>[];
  readonly problems: readonly Diagnostic[];
}

const CIDR_ALLOWED = "write it like 10.60.0.0/16 or fd00:60::/48";

function readRanges(cluster: Cluster, kind: Kind): ReadRanges {
  const claims: Claim<RangeOwner>[] = [];
  const problems: Diagnostic[] = [];
  if (cluster[kind].length === 0) {
    const fix = `list at least one range, or nothing can be checked against the other clusters`;
    problems.push(error({ cluster: cluster.name, property: kind, value: [], reason: "is empty", fix }));
  }
  for (const [index, text] of cluster[kind].entries()) {
    const property = `${kind}[${String(index)}]`;
    const parsed = parseCIDR(text);
    if (parsed.ok) {
      claims.push({ owner: { cluster: cluster.name, kind, property }, range: parsed.range });
    } else {
      problems.push(error({ cluster: cluster.name, property, value: text, reason: parsed.reason, fix: CIDR_ALLOWED }));
    }
  }
  return { claims, problems };
}

/**
 * Whether two ranges may share addresses. Nodes of two clusters may be in one subnet: their addresses are their own all the same, and the live
 * checks compare those. Pods may get addresses of the nodes' subnets, as in clouds: where that is declared, ranges are the network's, which gives an
 * address once; where nothing is declared, the live checks look at how a cluster's pods get theirs.
 */
function mayOverlap(a: RangeOwner, b: RangeOwner, ipamMode: string | undefined): boolean {
  const inSubnets = ipamMode !== undefined && takesSubnets(ipamMode);
  return a.cluster === b.cluster
    ? a.kind !== b.kind && (ipamMode === undefined || inSubnets)
    : inSubnets || (a.kind === "nodeCIDRs" && b.kind === "nodeCIDRs");
}

function overlapProblem([a, b]: readonly [Claim<RangeOwner>, Claim<RangeOwner>]): Diagnostic {
  const [first, second] = a.owner.cluster <= b.owner.cluster ? [a, b] : [b, a];
  const other =
    first.owner.cluster === second.owner.cluster
      ? `its own ${first.owner.property}`
      : `${first.owner.property} of cluster ${JSON.stringify(first.owner.cluster)}`;
  return error({
    cluster: second.owner.cluster,
    property: second.owner.property,
    value: second.range.text,
    reason: `overlaps ${other} (${first.range.text})`,
    fix: "ranges of pods must be disjoint from all others, or ipamMode must say that pods get addresses of the nodes' subnets",
  });
}

function readNativeRouting(texts: readonly string[]): {
  readonly ranges: readonly Range[];
  readonly problems: readonly Diagnostic[];
} {
  const parsed = texts.map((text, index) => ({
    text,
    property: `nativeRoutingCIDRs[${String(index)}]`,
    result: parseCIDR(text),
  }));
  return {
    ranges: parsed.flatMap(({ result }) => (result.ok ? [result.range] : [])),
    problems: parsed.flatMap(({ text, property, result }) =>
      result.ok ? [] : [error({ property, value: text, reason: result.reason, fix: CIDR_ALLOWED })],
    ),
  };
}

/** The ranges that no native-routing CIDR of their family holds. A family without a native-routing CIDR is not restricted. */
export function outsideNativeRouting(ranges: readonly Range[], nativeRouting: readonly Range[]): readonly Range[] {
  return ranges.filter((range) => {
    const sameFamily = nativeRouting.filter((outer) => outer.family === range.family);
    return sameFamily.length > 0 && !sameFamily.some((outer) => contains(outer, range));
  });
}

/**
 * Pod and node ranges of the whole mesh: readable, pod ranges disjoint from all others, and inside the native-routing CIDR. Cilium
 * checks none of this: an overlap shows up as packets that arrive at the wrong cluster, a pod range outside the native-routing CIDR
 * as pods that reach their peers behind a node's address and so without their identity.
 */
export function validateRanges(spec: MeshSpec, clusters: readonly Cluster[]): readonly Diagnostic[] {
  const native = readNativeRouting(spec.nativeRoutingCIDRs ?? []);
  const read = clusters.flatMap((cluster) => [readRanges(cluster, "podCIDRs"), readRanges(cluster, "nodeCIDRs")]);
  const claims = read.flatMap((ranges) => ranges.claims);
  const pods = claims.filter(({ owner }) => owner.kind === "podCIDRs");
  const outside = pods.flatMap(({ owner, range }): Diagnostic[] =>
    outsideNativeRouting([range], native.ranges).map(({ text }) =>
      error({
        cluster: owner.cluster,
        property: owner.property,
        value: text,
        reason: `lies outside the native-routing CIDR (${native.ranges.map((outer) => outer.text).join(", ")})`,
        fix: "use a range inside it, or widen nativeRoutingCIDRs and ipv4-/ipv6-native-routing-cidr of every cluster",
      }),
    ),
  );
  return [
    ...read.flatMap((ranges) => ranges.problems),
    ...native.problems,
    ...findOverlaps(claims)
      .filter(([a, b]) => !mayOverlap(a.owner, b.owner, spec.ipamMode))
      .map(overlapProblem),
    ...outside,
  ];
}
