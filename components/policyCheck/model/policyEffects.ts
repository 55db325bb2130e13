import { UNMESHED_NAME } from "../../mesh/model/names";
import { clusterSelectors, type ClusterSelector, type SelectorPlace } from "./clusterSelectors";
import { locals, parties, type Local, type MeshChange, type Party, type Whom } from "./meshChange";
import type { PeerForm } from "./policyPeers";
import { nameAll, type CIDRGroups } from "./policyRanges";

/** Why a part of a policy finds others than before, of which there is more than one thing to do about it. */
export interface Cause {
  readonly place: SelectorPlace;
  readonly form: PeerForm;
  /** Whether it ceases to match, or begins to. */
  readonly way: "lost" | "gained";
  readonly found: readonly Party[];
  /** The cluster's own name changes; or peers come or go, which it finds by their names, as nodes of an entity, or otherwise. */
  readonly by: "own" | "name" | "nodes" | "peers";
}

/** What happens to a policy at one of its selectors. */
export interface PolicyEffect {
  /** Where: `spec.ingressDeny[0].fromEndpoints[0]`. */
  readonly path: string;
  /** What: `denies nobody of cluster1 any more`. */
  readonly effect: string;
  /** Whether traffic gets through then that does not now, could not as a part of the outside world, and that the policy does not ask for. */
  readonly opens: boolean;
  readonly cause: Cause;
}

type RulePlace = Exclude<SelectorPlace, { kind: "subject" }>;
type Said = Pick<PolicyEffect, "effect" | "opens">;

/** `pods of east, north`: the kinds are those of all of them. */
function described(found: readonly Party[], side: "before" | "after"): { readonly what: string; readonly of: string } {
  const whats = [...new Set(found.map(({ what }) => what))];
  const clusters = [...new Set(found.map((party) => party[side].cluster))];
  return { what: whats.join(" and "), of: clusters.join(", ") };
}

function lostEffect({ found }: Cause, { kind, direction }: RulePlace): Said {
  const { what, of } = described(found, "before");
  const nodes = what === "nodes";
  const nobody = nodes ? `no node of ${of}` : `nobody of ${of}`;
  const there = nodes ? `nodes of ${of}` : of;
  const verbs = {
    deny: direction === "in" ? `denies ${nobody}` : `denies nobody the way to ${there}`,
    allow: direction === "in" ? `lets ${nobody} in` : `lets nobody out to ${there}`,
  };
  const why = found.some(({ before }) => before.kind === "outside") ? ": they are no part of the world then" : "";
  return { opens: kind === "deny", effect: `${verbs[kind]} any more${why}` };
}

function gainedEffect({ found, by }: Cause, { kind, direction }: RulePlace): Said {
  const { what, of } = described(found, "after");
  const whom = by === "own" ? `${what} of its own cluster` : `${what} of ${of}`;
  const asWorld = found.some(({ after }) => after.kind === "outside");
  if (kind === "deny") {
    return { opens: false, effect: `denies ${whom} from then on${asWorld ? ", as a part of the world" : ""}` };
  }
  const verb = direction === "in" ? `lets ${whom} in` : `lets pods out to ${whom}`;
  // An endpoint that is allowed as a part of the world is allowed together with it.
  if (asWorld) return { opens: false, effect: `${verb} from then on, as a part of the world` };
  switch (by) {
    case "name":
      return { opens: false, effect: `${verb} from then on, as it says by their name` };
    case "nodes":
      return { opens: false, effect: `${verb} from then on: they are remote nodes then` };
    default:
      return { opens: true, effect: `${verb} from then on, and does not now` };
  }
}

function subjectEffect({ found, form, way }: Cause): readonly Said[] {
  const what = form.kind === "nodes" ? "nodes" : "pods";
  if (!found.some((party) => party.own && party.what === what)) return [];
  return way === "lost"
    ? [{ opens: true, effect: `selects no ${what.slice(0, -1)} any more: its ${what} are open` }]
    : [{ opens: false, effect: `selects ${what} from then on, and does not now` }];
}

/**
 * Why a selector matches from then on. A policy with a cluster's name means that cluster, before it joins too; unless it is a name that
 * was another one's. An entity that Cilium documents to have the nodes of all clusters has those of a peer because a user made it one.
 */
function gainedBy({ own, after }: Party, form: PeerForm, { from }: MeshChange): Cause["by"] {
  if (own) return "own";
  if (form.names.includes(after.cluster) && ![UNMESHED_NAME, from].includes(after.cluster)) return "name";
  return form.kind === "entity" && after.kind === "node" ? "nodes" : "peers";
}

const BY = ["own", "name", "nodes", "peers"] as const;

type FoundBeside = (whom: Whom, local: Local) => boolean;

/** Whether other rules of the same list find an endpoint for sure, whatever else it may be: then this one decides nothing about it. */
function foundBeside({ path, place, rules }: ClusterSelector, all: readonly ClusterSelector[]): FoundBeside {
  if (place.kind === "subject") return () => false;
  const others = all.filter((other) => other.rules === rules && other.path !== path);
  const named = others.flatMap((other) => other.named);
  return (whom, local) => others.some(({ findsAll }) => findsAll(whom, local)) || nameAll(named, place.direction, whom);
}

function causes(selector: ClusterSelector, change: MeshChange, beside: FoundBeside): readonly Cause[] {
  const { before, after } = locals(change);
  const { place, form, matches } = selector;
  const judged = parties(change).map((party) => {
    return { party, was: matches(party.before, before), is: matches(party.after, after) };
  });
  const lost = judged.flatMap(({ party, was, is }) => (was && !is && !beside(party.after, after) ? [party] : []));
  const gained = judged.flatMap(({ party, was, is }) => (!was && is && !beside(party.before, before) ? [party] : []));
  const causesOf = (way: Cause["way"], all: readonly Party[], why: (party: Party) => Cause["by"]): readonly Cause[] =>
    BY.map((by) => ({ place, form, way, by, found: all.filter((party) => why(party) === by) }));
  return [
    ...causesOf("lost", lost, ({ own }) => (own ? "own" : "peers")),
    ...causesOf("gained", gained, (party) => gainedBy(party, form, change)),
  ].filter(({ found }) => found.length > 0);
}

/**
 * All that happens to a policy when a cluster joins or leaves; nothing where every selector means the same before and after.
 *
 * @param groups The address groups that it may name.
 */
export function policyEffects(
  policy: { readonly spec?: unknown; readonly specs?: unknown },
  change: MeshChange,
  groups?: CIDRGroups,
): readonly PolicyEffect[] {
  const all = clusterSelectors(policy, groups);
  return all.flatMap((selector) =>
    causes(selector, change, foundBeside(selector, all)).flatMap((cause) =>
      said(cause).map((each) => ({ path: selector.path, ...each, cause })),
    ),
  );
}

function said(cause: Cause): readonly Said[] {
  const { place, way } = cause;
  if (place.kind === "subject") return subjectEffect(cause);
  return [way === "lost" ? lostEffect(cause, place) : gainedEffect(cause, place)];
}
