import { isObject, type Json } from "../../basics/model/json";
import type { Whom } from "./meshChange";
import { asksForCluster, holds, requirementsOf } from "./policyLabels";
import { isPeerList, labelForm, peersInList, type FoundPeers } from "./policyPeers";
import type { CIDRGroups } from "./policyRanges";

/** What a selector is for: whom a policy is about, or whom a rule lets through or denies. */
export type SelectorPlace =
  { readonly kind: "subject" } | { readonly kind: "allow" | "deny"; readonly direction: "in" | "out" };

/**
 * A part of a policy that selects endpoints by the cluster that they are in, or are not in. Whether it matches is whether it may, in a policy of
 * the local cluster: what else it asks for is taken as given. Its path is a JSON path: `spec.ingress[0].fromEndpoints[0]`.
 */
export interface ClusterSelector extends FoundPeers {
  readonly place: SelectorPlace;
  /** Rules of the same list do the same to whom they find: one may stand in for another. */
  readonly rules: string;
}

const RULES: Readonly<Record<string, SelectorPlace>> = {
  ingress: { kind: "allow", direction: "in" },
  egress: { kind: "allow", direction: "out" },
  ingressDeny: { kind: "deny", direction: "in" },
  egressDeny: { kind: "deny", direction: "out" },
};

/** In Kubernetes' own policies of administrators the rule itself has whether it denies. */
function placeIn(value: Json, place: SelectorPlace): SelectorPlace {
  return place.kind !== "subject" && value["action"] === "Deny" ? { ...place, kind: "deny" } : place;
}

function placeUnder(key: string, place: SelectorPlace): SelectorPlace {
  return place.kind === "subject" && Object.hasOwn(RULES, key) ? (RULES[key] ?? place) : place;
}

/**
 * Rules of a list that differ in whom they find alone. An administrators' rule, which has its own action, stands for itself: the first of them
 * that matches decides.
 */
function rulesOf(value: Json, path: string): string {
  const limits = Object.entries(value).filter(([key]) => !isPeerList(key));
  return "action" in value ? path : `${path.replace(/\[\d+\]$/, "")} ${JSON.stringify(limits)}`;
}

/** Whom a policy is about is never narrowed: without a name of a cluster it means the same whatever the cluster is called. */
function subject(value: Json, path: string): readonly FoundPeers[] {
  const asked = requirementsOf(value).filter(asksForCluster);
  const form = labelForm(path.endsWith("nodeSelector") ? "nodes" : "pods", asked, "cilium");
  const matches = (whom: Whom) => asked.every((each) => holds(each, whom));
  return asked.length === 0 ? [] : [{ path, form, matches, findsAll: matches, named: [] }];
}

function selectorsIn(
  value: unknown,
  path: string,
  place: SelectorPlace,
  groups: CIDRGroups,
): readonly ClusterSelector[] {
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => selectorsIn(each, `${path}[${index}]`, place, groups));
  }
  if (!isObject(value)) return [];
  const here = placeIn(value, place);
  const rules = rulesOf(value, path);
  const inside = Object.entries(value).flatMap(([key, each]): readonly ClusterSelector[] => {
    if (SELECTOR.includes(key)) return [];
    const listed = here.kind === "subject" ? undefined : peersInList(key, each, path, groups);
    return (
      listed?.map((found) => ({ ...found, place: here, rules })) ??
      selectorsIn(each, `${path}.${key}`, placeUnder(key, here), groups)
    );
  });
  return [...subject(value, path).map((found) => ({ ...found, place: here, rules })), ...inside];
}

const SELECTOR = ["matchLabels", "matchExpressions"];

const NO_GROUPS: CIDRGroups = new Map();

/** All parts of a policy that select endpoints by cluster, of whatever kind it is: a `spec`, or a list of `specs` as Cilium's have. */
export function clusterSelectors(
  policy: { readonly spec?: unknown; readonly specs?: unknown },
  groups: CIDRGroups = NO_GROUPS,
): readonly ClusterSelector[] {
  return [
    ...selectorsIn(policy.spec, "spec", { kind: "subject" }, groups),
    ...selectorsIn(policy.specs, "specs", { kind: "subject" }, groups),
  ];
}
