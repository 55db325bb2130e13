import { isObject, listOf, texts, type Json } from "../../basics/model/json";
import { own } from "../../basics/model/own";
import type { Whom } from "./meshChange";

/** The label by which a policy names clusters: that of a pod's identity, which is its cluster's name. */
export const CLUSTER_LABEL = "io.cilium.k8s.policy.cluster";

/** What a selector asks of a cluster's name, or of one of Cilium's reserved labels. Everything else that it asks is taken as given. */
export interface Requirement {
  readonly label: { readonly kind: "cluster" } | { readonly kind: "reserved"; readonly name: string };
  readonly operator: unknown;
  readonly values: readonly string[];
}

/** A key may have the source of the label before it; `$` is short for `reserved:`. */
function labelOf(key: string): Requirement["label"] | undefined {
  const reserved = /^(?:reserved:|\$)(.*)$/.exec(key)?.[1];
  if (reserved !== undefined) return { kind: "reserved", name: reserved };
  return key.replace(/^(k8s|any)[:.]/, "") === CLUSTER_LABEL ? { kind: "cluster" } : undefined;
}

function requirement(key: unknown, operator: unknown, values: unknown): readonly Requirement[] {
  const label = typeof key === "string" ? labelOf(key) : undefined;
  return label === undefined ? [] : [{ label, operator, values: texts(values) }];
}

function ofLabels(labels: unknown): readonly Requirement[] {
  return Object.entries(isObject(labels) ? labels : {}).flatMap(([key, value]) => requirement(key, "In", [value]));
}

/** The requirements of a selector of labels, or of a plain map of labels. */
export function requirementsOf({ matchLabels, matchExpressions, ...rest }: Json): readonly Requirement[] {
  const expressions = Array.isArray(matchExpressions) ? matchExpressions.filter(isObject) : [];
  return [
    ...ofLabels(matchLabels),
    ...expressions.flatMap(({ key, operator, values }) => requirement(key, operator, values)),
    ...ofLabels(rest),
  ];
}

/** Reserved labels of those that are no pods. The proxies and health endpoints of other clusters' nodes count as their nodes. */
const RESERVED: Readonly<Record<Whom["kind"], readonly string[]>> = {
  pod: [],
  node: ["remote-node", "ingress", "health"],
  outside: ["world"],
};

const FAMILIES: Readonly<Record<string, 4 | 6>> = { "world-ipv4": 4, "world-ipv6": 6 };

/**
 * Whether an endpoint may have one of Cilium's reserved labels. Those of the world by family (`AddWorldLabel` in pkg/labels) are for addresses
 * of that family; agents with one family do not give them, and what asks for them selects nothing.
 */
export function isReserved(name: string, { kind, addresses }: Whom): boolean {
  const family = own(FAMILIES, name);
  return family === undefined
    ? RESERVED[kind].includes(name)
    : kind === "outside" && (addresses === undefined || addresses.out.some((each) => each.family === family));
}

function valueOf({ label }: Requirement, whom: Whom): string | undefined {
  if (label.kind === "reserved") return isReserved(label.name, whom) ? "" : undefined;
  return whom.kind === "outside" ? undefined : whom.cluster;
}

/** Whether a label's value, or its absence, is what an operator asks for. An operator that this program does not know excludes nothing. */
export function meets(value: string | undefined, operator: unknown, values: readonly string[]): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return true;
  }
}

/** Whether a requirement may select an endpoint. */
export const holds = (asked: Requirement, whom: Whom): boolean =>
  meets(valueOf(asked, whom), asked.operator, asked.values);

/** Whether a requirement is one on the cluster's name. */
export const asksForCluster = ({ label }: Requirement): boolean => label.kind === "cluster";

/** The entity that a requirement on a reserved label means, where it asks for one. */
export function reservedName({ label, operator }: Requirement): string | undefined {
  return label.kind === "reserved" && (operator === "In" || operator === "Exists") ? label.name : undefined;
}

/** The label of a pod's namespace. */
export const NAMESPACE_LABEL = "k8s:io.kubernetes.pod.namespace";

/**
 * Whether a selector asks for a cluster and nothing else, in whatever namespace: a policy of a namespace means its own one otherwise.
 *
 * @param anywhere Whether it means every namespace without saying so.
 */
export function asksNothingElse({ matchLabels, matchExpressions, ...rest }: Json, anywhere: boolean): boolean {
  const labels = [...Object.keys(isObject(matchLabels) ? matchLabels : {}), ...Object.keys(rest)];
  const others = [
    ...labels.map((key) => ({ key, operator: "In" })),
    ...listOf(matchExpressions).filter(isObject),
  ].filter(({ key }) => typeof key !== "string" || labelOf(key)?.kind !== "cluster");
  const everyNamespace = ({ key, operator }: Json) => key === NAMESPACE_LABEL && operator === "Exists";
  return others.every(everyNamespace) && (anywhere || others.length > 0);
}
