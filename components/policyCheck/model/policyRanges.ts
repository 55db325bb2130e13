import { isObject, listOf, texts, type Json } from "../../basics/model/json";
import { own } from "../../basics/model/own";
import { overlaps, rangeWithout, type Range } from "../../mesh/model/cidr";
import { looseRange, looseRanges } from "../../mesh/model/looseRange";
import type { Local, Whom } from "./meshChange";
import { meets } from "./policyLabels";

/** A `CiliumCIDRGroup`: its CIDRs, and the labels by which policies select it. */
export interface CIDRGroup {
  readonly cidrs: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** The `CiliumCIDRGroup`s of a cluster, by name. */
export type CIDRGroups = ReadonlyMap<string, CIDRGroup>;

/** The addresses that a rule names. */
export interface NamedAddresses {
  /** What is left of its CIDRs without its exceptions. */
  readonly ranges: readonly Range[];
  /** Whether it begins with every address of a family (`0.0.0.0/0`, `::/0`). */
  readonly every: boolean;
}

function selects({ matchLabels, matchExpressions }: Json, { labels }: CIDRGroup): boolean {
  const plain = Object.entries(isObject(matchLabels) ? matchLabels : {});
  const expressions = listOf(matchExpressions).filter(isObject);
  return (
    plain.every(([key, value]) => own(labels, key) === value) &&
    expressions.every(({ key, operator, values }) =>
      meets(typeof key === "string" ? own(labels, key) : undefined, operator, texts(values)),
    )
  );
}

function without(cidr: string, except: readonly Range[]): readonly NamedAddresses[] {
  const range = looseRange(cidr);
  if (range === undefined) return [];
  const size = 1n << (range.family === 4 ? 32n : 128n);
  return [{ ranges: rangeWithout(range, except), every: range.last - range.first + 1n === size }];
}

/** The addresses of a `fromCIDR`, a `fromCIDRSet` or an `ipBlock`. A group that does not exist has none, for agents too. */
export function namedAddresses(value: unknown, groups: CIDRGroups): readonly NamedAddresses[] {
  if (typeof value === "string") return without(value, []);
  if (!isObject(value)) return [];
  const { cidr, cidrGroupRef, cidrGroupSelector, except } = value;
  const meant = [...groups].filter(
    ([name, group]) => name === cidrGroupRef || (isObject(cidrGroupSelector) && selects(cidrGroupSelector, group)),
  );
  const all = [...texts([cidr]), ...meant.flatMap(([, { cidrs }]) => cidrs)];
  const holes = looseRanges(texts(except));
  return all.flatMap((each) => without(each, holes));
}

/**
 * Whether a rule about addresses selects an endpoint.
 *
 * - It selects what is outside of the mesh, and no pod and no node of any of its clusters, whatever their addresses are: "CIDR rules do not apply
 *   to traffic where both sides of the connection are either managed by Cilium or use an IP belonging to a node" (Cilium 1.18.4, 1.19.0 and
 *   1.20.2, layer3.rst and language.rst in Documentation/security/policy; agents take the labels of CIDRs off nodes, `resolveIdentity` in pkg/ipcache/metadata.go).
 * - It selects the nodes of all clusters, too, with `policy-cidr-match-mode: nodes` (`nodeIdentityLabels` in pkg/node/manager). But not by every
 *   address: `0.0.0.0/0` is the entity `world` there (cilium/cilium#47828).
 * - With `pods` in that mode (cilium/cilium#45194), pods get the labels of CIDRs from the agents of their own cluster, by its policies
 *   (`identityLabelsChanged` in pkg/endpoint). A policy cannot count on it for the pods of a peer.
 */
export function findsByAddress(
  named: readonly NamedAddresses[],
  direction: "in" | "out",
): (whom: Whom, local: Local) => boolean {
  return ({ kind, addresses }, { nodesByCIDR }) => {
    if (kind === "pod" || (kind === "node" && !nodesByCIDR)) return false;
    const those = named.filter(({ every }) => kind === "outside" || !every);
    return addresses === undefined
      ? those.some(({ every }) => every)
      : those.some(({ ranges }) =>
          addresses[direction].some((theirs) => ranges.some((range) => overlaps(theirs, range))),
        );
  };
}

/** Whether rules about addresses, together, name every address of an endpoint outside. */
export function nameAll(
  named: readonly NamedAddresses[],
  direction: "in" | "out",
  { kind, addresses }: Pick<Whom, "kind" | "addresses">,
): boolean {
  const theirs = kind === "outside" ? (addresses?.[direction] ?? []) : [];
  const ranges = named.flatMap((each) => each.ranges);
  return theirs.length > 0 && theirs.every((each) => rangeWithout(each, ranges).length === 0);
}
