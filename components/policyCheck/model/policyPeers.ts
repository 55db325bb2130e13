import { isObject, listOf, type Json } from "../../basics/model/json";
import { own } from "../../basics/model/own";
import type { Local, Whom } from "./meshChange";
import {
  asksForCluster,
  asksNothingElse,
  holds,
  isReserved,
  requirementsOf,
  reservedName,
  type Requirement,
} from "./policyLabels";
import { findsByAddress, namedAddresses, type CIDRGroups, type NamedAddresses } from "./policyRanges";

type Matches = (whom: Whom, local: Local) => boolean;

/** How a rule says whom it finds, which tells what can be written there instead. */
export interface PeerForm {
  readonly kind: "pods" | "nodes" | "namespaces" | "entity" | "addresses";
  /** Whose rules these are: Cilium's, those of a NetworkPolicy, or of Kubernetes' policies of administrators. */
  readonly dialect: "cilium" | "kubernetes" | "admin";
  /** The entity, or the reserved label that means the same. */
  readonly entity?: string;
  /** The clusters that it finds by their names. */
  readonly names: readonly string[];
  /** Whether it says which clusters it does not find. */
  readonly excludes: boolean;
}

/** A part of a rule that finds others: whom it lets through, or denies. */
export interface FoundPeers {
  readonly path: string;
  readonly form: PeerForm;
  readonly matches: Matches;
  /** Whether it finds all of them for sure: whatever else it asks for is not known of anybody. */
  readonly findsAll: Matches;
  /** The addresses that it names: rules that name a part each may find all together. */
  readonly named: readonly NamedAddresses[];
}

const nobody: Matches = () => false;

/** The form of a selector of labels. */
export function labelForm(
  kind: "pods" | "nodes",
  requirements: readonly Requirement[],
  dialect: PeerForm["dialect"],
): PeerForm {
  const asked = requirements.filter(asksForCluster);
  const names = asked.flatMap(({ operator, values }) => (operator === "In" ? values : []));
  const entity = requirements.flatMap((each) => reservedName(each) ?? [])[0];
  const form = { kind, dialect, names, excludes: asked.some(({ operator }) => operator === "NotIn") };
  return entity === undefined ? form : { ...form, kind: "entity", entity };
}

type Found = Omit<FoundPeers, "path">;

const NO_ADDRESSES = { named: [] } as const;

/**
 * Pods by their labels. As agents do it (`getEndpointSelector`, `parseNetworkPolicyPeer`): what asks for no cluster means the local one where
 * that is the default; what asks for a reserved label means nobody's pods in particular, and is not narrowed.
 *
 * @param anywhere Whether it means pods in every namespace.
 */
function podSelector(selector: unknown, dialect: PeerForm["dialect"], anywhere: boolean): Found {
  const given = isObject(selector) ? selector : {};
  const requirements = requirementsOf(given);
  const reserved = requirements.some(({ label }) => label.kind === "reserved");
  const named = requirements.some(asksForCluster);
  const matches: Matches = (whom, local) =>
    (reserved || whom.kind === "pod") &&
    requirements.every((each) => holds(each, whom)) &&
    (reserved || named || !local.localByDefault || whom.cluster === local.name);
  const whole = !reserved && asksNothingElse(given, anywhere);
  return {
    ...NO_ADDRESSES,
    form: labelForm("pods", requirements, dialect),
    matches,
    findsAll: whole ? matches : nobody,
  };
}

/** Nodes by their labels, of the local cluster or of all as above. */
function nodeSelector(selector: unknown, dialect: PeerForm["dialect"]): Found {
  const given = isObject(selector) ? selector : {};
  const requirements = requirementsOf(given);
  const named = requirements.some(asksForCluster);
  const matches: Matches = (whom, local) =>
    whom.kind === "node" &&
    requirements.every((each) => holds(each, whom)) &&
    (named || !local.localByDefault || whom.cluster === local.name);
  const whole = asksNothingElse(given, true);
  return {
    ...NO_ADDRESSES,
    form: labelForm("nodes", requirements, dialect),
    matches,
    findsAll: whole ? matches : nobody,
  };
}

/** By `EntitySelectorMapping` and `InitEntities` (pkg/policy/api/entity.go). What is not here is a reserved label, or means nobody in particular. */
const ENTITIES: Readonly<Record<string, Matches>> = {
  all: () => true,
  // Its own pods, and the nodes of all clusters: "all remote nodes in a clustermesh scenario" (layer3.rst).
  cluster: (whom, local) => whom.kind === "node" || (whom.kind === "pod" && whom.cluster === local.name),
  "cluster-mesh": (whom) => whom.kind !== "outside",
};

/** Entities that have all of whom they have some. */
const WHOLE = ["all", "world", "cluster", "cluster-mesh", "remote-node"];

/** Entities that are not listed mean the same with and without a mesh: an API server is that of the own cluster. */
function entity(name: unknown): Found {
  const known = typeof name === "string" ? name : "";
  const matches: Matches = own(ENTITIES, known) ?? ((whom) => isReserved(known, whom));
  const form = { kind: "entity", dialect: "cilium", entity: known, names: [], excludes: false } as const;
  return { ...NO_ADDRESSES, form, matches, findsAll: WHOLE.includes(known) ? matches : nobody };
}

/** What a rule's lists find, by their names. */
const LISTS: Readonly<Record<string, "pods" | "nodes" | "entities" | "addresses" | "peers">> = {
  fromEndpoints: "pods",
  toEndpoints: "pods",
  fromRequires: "pods",
  toRequires: "pods",
  fromNodes: "nodes",
  toNodes: "nodes",
  fromEntities: "entities",
  toEntities: "entities",
  fromCIDR: "addresses",
  toCIDR: "addresses",
  fromCIDRSet: "addresses",
  toCIDRSet: "addresses",
  from: "peers",
  to: "peers",
};

/** Whether a key of a rule has a list of whom it finds. */
export function isPeerList(key: string): boolean {
  return Object.hasOwn(LISTS, key);
}

type Direction = "in" | "out";

function addresses(value: unknown, dialect: PeerForm["dialect"], groups: CIDRGroups, direction: Direction): Found {
  const named = namedAddresses(value, groups);
  return {
    form: { kind: "addresses", dialect, names: [], excludes: false },
    matches: findsByAddress(named, direction),
    findsAll: nobody,
    named,
  };
}

/** Namespaces of administrators' policies, which agents do not narrow to a cluster. */
const NAMESPACES: Found = {
  ...NO_ADDRESSES,
  form: { kind: "namespaces", dialect: "admin", names: [], excludes: false },
  matches: ({ kind }) => kind === "pod",
  findsAll: nobody,
};

/** A peer of a Kubernetes policy: pods, namespaces of every cluster, nodes, addresses. */
function peer(value: unknown, path: string, groups: CIDRGroups, direction: Direction): readonly FoundPeers[] {
  if (!isObject(value)) {
    return [];
  }
  const { ipBlock, networks, pods, namespaces, nodes, podSelector: byLabels, namespaceSelector } = value;
  const byNamespace = podSelector({}, "kubernetes", false);
  return [
    ...(ipBlock === undefined
      ? []
      : [{ path: `${path}.ipBlock`, ...addresses(ipBlock, "kubernetes", groups, direction) }]),
    ...listOf(networks).map((each, index) => ({
      path: `${path}.networks[${index}]`,
      ...addresses(each, "admin", groups, direction),
    })),
    ...(isObject(pods) ? [{ path: `${path}.pods.podSelector`, ...administeredPods(pods) }] : []),
    ...(isObject(namespaces) ? [{ path: `${path}.namespaces`, ...NAMESPACES }] : []),
    ...(isObject(nodes) ? [{ path: `${path}.nodes`, ...nodeSelector(nodes, "admin") }] : []),
    ...(byLabels !== undefined
      ? [{ path: `${path}.podSelector`, ...podSelector(byLabels, "kubernetes", false) }]
      : namespaceSelector === undefined
        ? []
        : [
            {
              ...byNamespace,
              path: `${path}.namespaceSelector`,
              form: { ...byNamespace.form, kind: "namespaces" as const },
            },
          ]),
  ];
}

function administeredPods({ podSelector: selector, namespaceSelector }: Json): Found {
  const anywhere = isObject(namespaceSelector) && Object.keys(namespaceSelector).length === 0;
  return podSelector(selector, "admin", anywhere);
}

/** What a list in a rule finds; `undefined` where it is none that finds others. */
export function peersInList(
  key: string,
  value: unknown,
  path: string,
  groups: CIDRGroups,
): readonly FoundPeers[] | undefined {
  const kind = Object.hasOwn(LISTS, key) ? LISTS[key] : undefined;
  if (kind === undefined) {
    return undefined;
  }
  const direction = key.startsWith("to") ? "out" : "in";
  return listOf(value).flatMap((each, index): readonly FoundPeers[] => {
    const at = `${path}.${key}[${index}]`;
    switch (kind) {
      case "pods":
        return [{ path: at, ...podSelector(each, "cilium", false) }];
      case "nodes":
        return [{ path: at, ...nodeSelector(each, "cilium") }];
      case "entities":
        return [{ path: at, ...entity(each) }];
      case "addresses":
        return [{ path: at, ...addresses(each, "cilium", groups, direction) }];
      case "peers":
        return peer(each, at, groups, direction);
    }
  });
}
