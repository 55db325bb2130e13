/** The label by which a policy names clusters: that of a pod's identity, which is its cluster's name. */
export const CLUSTER_LABEL = "io.cilium.k8s.policy.cluster";

/** What a selector is for: it says whom a policy is about, or whom a rule lets through or denies. */
export type SelectorPlace =
  { readonly kind: "subject" } | { readonly kind: "allow" | "deny"; readonly direction: "in" | "out" };

/** A selector that asks for the name of a cluster. */
export interface ClusterSelector {
  /** Where in the policy, as a JSON path: `spec.ingress[0].fromEndpoints[0]`. */
  readonly path: string;
  readonly place: SelectorPlace;
  /** The names that it mentions. */
  readonly names: readonly string[];
  /** Whether it may select something in a cluster of that name: what else it asks for is taken as given. */
  readonly matches: (cluster: string) => boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** One requirement on a cluster's name. */
interface Requirement {
  readonly operator: unknown;
  readonly values: readonly string[];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a key is the label, with or without the source that Cilium lets one write before it. */
function isClusterKey(key: unknown): boolean {
  return typeof key === "string" && key.replace(/^(k8s|any)[:.]/, "") === CLUSTER_LABEL;
}

function texts(values: unknown): readonly string[] {
  return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
}

/** A map of labels asks for each of them. */
function ofLabels(labels: unknown): readonly Requirement[] {
  return Object.entries(isObject(labels) ? labels : {}).flatMap(([key, value]) =>
    isClusterKey(key) ? [{ operator: "In", values: texts([value]) }] : [],
  );
}

function ofExpressions(expressions: unknown): readonly Requirement[] {
  return (Array.isArray(expressions) ? expressions : []).flatMap((each: unknown) =>
    isObject(each) && isClusterKey(each["key"]) ? [{ operator: each["operator"], values: texts(each["values"]) }] : [],
  );
}

/** Every pod has the label. An operator that nobody knows yet excludes nothing. */
function holds({ operator, values }: Requirement, cluster: string): boolean {
  switch (operator) {
    case "In":
      return values.includes(cluster);
    case "NotIn":
      return !values.includes(cluster);
    case "DoesNotExist":
      return false;
    default:
      return true;
  }
}

const RULES: Readonly<Record<string, SelectorPlace>> = {
  ingress: { kind: "allow", direction: "in" },
  egress: { kind: "allow", direction: "out" },
  ingressDeny: { kind: "deny", direction: "in" },
  egressDeny: { kind: "deny", direction: "out" },
};

/** Kubernetes' own policies of administrators say in the rule itself whether it denies. */
function placeIn(value: Json, place: SelectorPlace): SelectorPlace {
  return place.kind !== "subject" && value["action"] === "Deny" ? { ...place, kind: "deny" } : place;
}

function placeUnder(key: string, place: SelectorPlace): SelectorPlace {
  return place.kind === "subject" ? (RULES[key] ?? place) : place;
}

function selectorsIn(value: unknown, path: string, place: SelectorPlace): readonly ClusterSelector[] {
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => selectorsIn(each, `${path}[${String(index)}]`, place));
  }
  if (!isObject(value)) {
    return [];
  }
  const here = placeIn(value, place);
  const { matchLabels, matchExpressions, ...rest } = value;
  const requirements = [...ofLabels(matchLabels), ...ofExpressions(matchExpressions), ...ofLabels(rest)];
  const inside = Object.entries(rest).flatMap(([key, each]) =>
    selectorsIn(each, `${path}.${key}`, placeUnder(key, here)),
  );
  const own: ClusterSelector = {
    path,
    place: here,
    names: requirements.flatMap(({ values }) => values),
    matches: (cluster) => requirements.every((requirement) => holds(requirement, cluster)),
  };
  return requirements.length === 0 ? inside : [own, ...inside];
}

/** All selectors of a policy that ask for a cluster's name, of whatever kind it is: a `spec`, or a list of `specs` as Cilium's have. */
export function clusterSelectors(policy: {
  readonly spec?: unknown;
  readonly specs?: unknown;
}): readonly ClusterSelector[] {
  return [
    ...selectorsIn(policy.spec, "spec", { kind: "subject" }),
    ...selectorsIn(policy.specs, "specs", { kind: "subject" }),
  ];
}
