import { howToAllow } from "../../settings/model/allow";
import { findOverlaps, parseCIDR, type Claim } from "./cidr";
import type { Cluster, MeshSpec, PartlyKnown } from "./mesh";
import { error, type Diagnostic } from "./diagnostic";

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

function readRanges(cluster: PartlyKnown<Cluster>, kind: Kind): ReadRanges {
  const claims: Claim<RangeOwner>[] = [];
  const problems: Diagnostic[] = [];
  const texts = cluster[kind];
  if (texts?.length === 0) {
    const fix = `list at least one range, or nothing can be checked against the other clusters`;
    problems.push(error({ cluster: cluster.name, property: kind, value: [], reason: "is empty", fix }));
  }
  for (const [index, text] of (texts ?? []).entries()) {
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
 * checks compare those. Pods may get addresses of the nodes' subnets, as in clouds: within a cluster the live checks look at how its pods get
 * theirs; between clusters it has to be allowed, for only one network gives an address once.
 */
function mayOverlap(a: RangeOwner, b: RangeOwner, sharedSubnets: boolean): boolean {
  return a.cluster === b.cluster
    ? a.kind !== b.kind
    : sharedSubnets || (a.kind === "nodeCIDRs" && b.kind === "nodeCIDRs");
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
    fix: `give every cluster's pods a range of their own; or, where pods get addresses of the nodes' subnets, ${howToAllow("sharedSubnets")}`,
  });
}

/**
 * Pod and node ranges of the whole mesh: readable, and pod ranges disjoint from all others. Cilium checks none of this: an overlap shows up as
 * packets that arrive at the wrong cluster. Ranges that are not known yet are left out.
 */
export function validateRanges(
  spec: Pick<MeshSpec, "allow">,
  clusters: readonly PartlyKnown<Cluster>[],
): readonly Diagnostic[] {
  const read = clusters.flatMap((cluster) => [readRanges(cluster, "podCIDRs"), readRanges(cluster, "nodeCIDRs")]);
  const sharedSubnets = spec.allow.includes("sharedSubnets");
  return [
    ...read.flatMap((ranges) => ranges.problems),
    ...findOverlaps(read.flatMap((ranges) => ranges.claims))
      .filter(([a, b]) => !mayOverlap(a.owner, b.owner, sharedSubnets))
      .map(overlapProblem),
  ];
}
