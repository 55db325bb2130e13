import { isObject, listOf, type Json } from "../../basics/model/json";
import { compact } from "../../basics/model/lists";
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

/** How a rule names whom it finds; what can be written there instead depends on it. */
export interface PeerForm {
  readonly kind: "pods" | "nodes" | "namespaces" | "entity" | "addresses";
  /** Whose rules these are: Cilium's, those of a NetworkPolicy, or of Kubernetes' policies of administrators. */
  readonly dialect: "cilium" | "kubernetes" | "admin";
  /** The entity, or the reserved label that means the same. */
  readonly entity?: string;
  /** The clusters that it finds by their names. */
  readonly names: readonly string[];
  /** Whether it names clusters that it does not find. */
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
 * Pods or nodes by their labels. As agents do it (`getEndpointSelector`, `parseNetworkPolicyPeer`): what asks for no cluster means the local one
 * where that is the default; what asks for a reserved label means nobody's pods in particular, and is not narrowed.
 *
 * @param anywhere Whether it means every namespace.
 */
function labelSelector(
  kind: "pods" | "nodes",
  selector: unknown,
  dialect: PeerForm["dialect"],
  anywhere: boolean,
): Found {
  const given = isObject(selector) ? selector : {};
  const requirements = requirementsOf(given);
  const reserved = kind === "pods" && requirements.some(({ label }) => label.kind === "reserved");
  const named = requirements.some(asksForCluster);
  const matches: Matches = (whom, local) =>
    (reserved || whom.kind === (kind === "pods" ? "pod" : "node")) &&
    requirements.every((each) => holds(each, whom)) &&
    (reserved || named || !local.localByDefault || whom.cluster === local.name);
  const findsAll = !reserved && asksNothingElse(given, anywhere) ? matches : nobody;
  return { ...NO_ADDRESSES, form: labelForm(kind, requirements, dialect), matches, findsAll };
}

const podSelector = (selector: unknown, dialect: PeerForm["dialect"], anywhere: boolean): Found =>
  labelSelector("pods", selector, dialect, anywhere);

const nodeSelector = (selector: unknown, dialect: PeerForm["dialect"]): Found =>
  labelSelector("nodes", selector, dialect, true);

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
export const isPeerList = (key: string): boolean => Object.hasOwn(LISTS, key);

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
  if (!isObject(value)) return [];
  const { ipBlock, networks, pods, namespaces, nodes, podSelector: byLabels, namespaceSelector } = value;
  const byNamespace = podSelector({}, "kubernetes", false);
  const form: PeerForm = { ...byNamespace.form, kind: "namespaces" };
  const at = (part: string, found: Found): FoundPeers => ({ path: `${path}.${part}`, ...found });
  return compact([
    ipBlock !== undefined && at("ipBlock", addresses(ipBlock, "kubernetes", groups, direction)),
    ...listOf(networks).map((each, index) => at(`networks[${index}]`, addresses(each, "admin", groups, direction))),
    isObject(pods) && at("pods.podSelector", administeredPods(pods)),
    isObject(namespaces) && at("namespaces", NAMESPACES),
    isObject(nodes) && at("nodes", nodeSelector(nodes, "admin")),
    byLabels !== undefined && at("podSelector", podSelector(byLabels, "kubernetes", false)),
    byLabels === undefined && namespaceSelector !== undefined && at("namespaceSelector", { ...byNamespace, form }),
  ]);
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
  if (kind === undefined) return undefined;
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
