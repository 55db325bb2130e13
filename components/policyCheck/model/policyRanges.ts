import { isObject, texts } from "../../basics/model/json";
import { contains, overlaps } from "../../mesh/model/cidr";
import { looseRange, looseRanges } from "../../mesh/model/looseRange";
import type { Local, Whom } from "./meshChange";

/** Addresses that a rule is about. */
export interface RuleRange {
  readonly cidr: string;
  readonly except: readonly string[];
}

/** CIDRs by the name of the `CiliumCIDRGroup` that has them. */
export type CIDRGroups = ReadonlyMap<string, readonly string[]>;

/**
 * Whether a rule about addresses selects an endpoint. CIDRs select what is outside of the mesh, and others only where the agents were told so.
 */
export function findsByAddress({ cidr, except }: RuleRange): (whom: Whom, local: Local) => boolean {
  const range = looseRange(cidr);
  const without = looseRanges(except);
  if (range === undefined) {
    return () => false;
  }
  return ({ kind, ranges }, { cidrMatches }) =>
    (kind === "outside" || cidrMatches.includes(kind === "pod" ? "pods" : "nodes")) &&
    ranges.some((each) => overlaps(range, each) && !without.some((hole) => contains(hole, each)));
}

/** The addresses of a `fromCIDR`, a `fromCIDRSet` or an `ipBlock`. A selector of groups may mean each of them. */
export function ruleRanges(value: unknown, groups: CIDRGroups): readonly RuleRange[] {
  if (typeof value === "string") {
    return [{ cidr: value, except: [] }];
  }
  if (!isObject(value)) {
    return [];
  }
  const { cidr, cidrGroupRef, cidrGroupSelector } = value;
  const named = typeof cidrGroupRef === "string" ? (groups.get(cidrGroupRef) ?? []) : [];
  const selected = isObject(cidrGroupSelector) ? [...groups.values()].flat() : [];
  return [...texts([cidr]), ...named, ...selected].map((each) => ({ cidr: each, except: texts(value["except"]) }));
}

/** The CIDRs of a `CiliumCIDRGroup`. */
export function groupCIDRs(spec: unknown): readonly string[] {
  return isObject(spec) ? texts(spec["externalCIDRs"]) : [];
}
