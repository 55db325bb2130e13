import { clusterSelectors, type ClusterSelector, type SelectorPlace } from "./clusterSelectors";
import { locals, parties, type MeshChange, type Party } from "./meshChange";
import type { CIDRGroups } from "./policyRanges";

/** What happens to a policy at one of its selectors. */
export interface PolicyEffect {
  /** Where: `spec.ingressDeny[0].fromEndpoints[0]`. */
  readonly path: string;
  /** What: `denies nobody of cluster1 any more`. */
  readonly effect: string;
  /** Whether somebody gets through then who does not now, and could not as a part of the outside world. */
  readonly opens: boolean;
}

type RulePlace = Exclude<SelectorPlace, { kind: "subject" }>;
type Effect = Omit<PolicyEffect, "path">;

/** `pods of east, north`: the kinds are those of all of them. */
function described(found: readonly Party[], side: "before" | "after"): { readonly what: string; readonly of: string } {
  const whats = [...new Set(found.map(({ what }) => what))];
  const clusters = [...new Set(found.map((party) => party[side].cluster))];
  return { what: whats.join(" and "), of: clusters.join(", ") };
}

function lostEffect(found: readonly Party[], { kind, direction }: RulePlace): Effect {
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

function gainedEffect(found: readonly Party[], { kind, direction }: RulePlace): Effect {
  const { what, of } = described(found, "after");
  const whom = found.every(({ own }) => own) ? `${what} of its own cluster` : `${what} of ${of}`;
  const asWorld = found.some(({ after }) => after.kind === "outside");
  if (kind === "deny") {
    return { opens: false, effect: `denies ${whom} from then on${asWorld ? ", as a part of the world" : ""}` };
  }
  const verb = direction === "in" ? `lets ${whom} in` : `lets pods out to ${whom}`;
  // Whoever is let in as a part of the world then is let in together with it.
  return asWorld
    ? { opens: false, effect: `${verb} from then on, as a part of the world` }
    : { opens: true, effect: `${verb} from then on, and does not now` };
}

function subjectEffects(path: string, lost: readonly Party[], gained: readonly Party[]): readonly Effect[] {
  const what = path.endsWith("nodeSelector") ? "nodes" : "pods";
  const own = (found: readonly Party[]) => found.some((party) => party.own && party.what === what);
  const one = what.slice(0, -1);
  return [
    ...(own(lost) ? [{ opens: true, effect: `selects no ${one} any more: its ${what} are open` }] : []),
    ...(own(gained) ? [{ opens: false, effect: `selects ${what} from then on, and does not now` }] : []),
  ];
}

function ruleEffects(place: RulePlace, lost: readonly Party[], gained: readonly Party[]): readonly Effect[] {
  return [
    ...(lost.length === 0 ? [] : [lostEffect(lost, place)]),
    ...[gained.filter(({ own }) => own), gained.filter(({ own }) => !own)].flatMap((found) =>
      found.length === 0 ? [] : [gainedEffect(found, place)],
    ),
  ];
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
  const { before, after } = locals(change);
  const all = parties(change);
  const effectsOf = ({ place, path, matches }: ClusterSelector) => {
    const judged = all.map((party) => ({
      party,
      was: matches(party.before, before),
      is: matches(party.after, after),
    }));
    const lost = judged.flatMap(({ party, was, is }) => (was && !is ? [party] : []));
    const gained = judged.flatMap(({ party, was, is }) => (!was && is ? [party] : []));
    return place.kind === "subject" ? subjectEffects(path, lost, gained) : ruleEffects(place, lost, gained);
  };
  return clusterSelectors(policy, groups).flatMap((selector) =>
    effectsOf(selector).map((effect) => ({ path: selector.path, ...effect })),
  );
}
