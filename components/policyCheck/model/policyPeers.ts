import { isObject, listOf } from "../../basics/model/json";
import type { Local, Whom } from "./meshChange";
import { asksForCluster, holds, requirementsOf } from "./policyLabels";
import { findsByAddress, ruleRanges, type CIDRGroups } from "./policyRanges";

type Matches = (whom: Whom, local: Local) => boolean;

/** A part of a rule that finds others: whom it lets through, or denies. */
export interface FoundPeers {
  readonly path: string;
  readonly matches: Matches;
}

/**
 * Pods by their labels. As agents do it (`getEndpointSelector`, `parseNetworkPolicyPeer`): what asks for no cluster means the local one where
 * that is the default; what asks for a reserved label means nobody's pods in particular, and is not narrowed.
 */
function podSelector(selector: unknown): Matches {
  const requirements = requirementsOf(isObject(selector) ? selector : {});
  const reserved = requirements.some(({ label }) => label.kind === "reserved");
  const named = requirements.some(asksForCluster);
  return (whom, local) =>
    (reserved || whom.kind === "pod") &&
    requirements.every((each) => holds(each, whom)) &&
    (reserved || named || !local.localByDefault || whom.cluster === local.name);
}

/** Nodes by their labels, of the local cluster or of all as above. */
function nodeSelector(selector: unknown): Matches {
  const requirements = requirementsOf(isObject(selector) ? selector : {});
  const named = requirements.some(asksForCluster);
  return (whom, local) =>
    whom.kind === "node" &&
    requirements.every((each) => holds(each, whom)) &&
    (named || !local.localByDefault || whom.cluster === local.name);
}

const ENTITIES: Readonly<Record<string, Matches>> = {
  world: (whom) => whom.kind === "outside",
  "world-ipv4": (whom) => whom.kind === "outside",
  "world-ipv6": (whom) => whom.kind === "outside",
  // Its own pods, and the nodes of all clusters.
  cluster: (whom, local) => whom.kind === "node" || (whom.kind === "pod" && whom.cluster === local.name),
  "cluster-mesh": (whom) => whom.kind !== "outside",
  "remote-node": (whom) => whom.kind === "node",
  ingress: (whom) => whom.kind === "node",
  health: (whom) => whom.kind === "node",
};

/** Entities that are not listed mean the same with and without a mesh. */
function entity(name: unknown): Matches {
  return typeof name === "string" && Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? nobody) : nobody;
}

const nobody: Matches = () => false;

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

function addresses(value: unknown, path: string, groups: CIDRGroups): FoundPeers {
  const all = ruleRanges(value, groups).map(findsByAddress);
  return { path, matches: (whom, local) => all.some((finds) => finds(whom, local)) };
}

/** A peer of a Kubernetes policy: pods, namespaces of every cluster, nodes, addresses. */
function peer(value: unknown, path: string, groups: CIDRGroups): readonly FoundPeers[] {
  if (!isObject(value)) {
    return [];
  }
  const { ipBlock, networks, pods, namespaces, nodes, podSelector: byLabels, namespaceSelector } = value;
  return [
    ...(ipBlock === undefined ? [] : [addresses(ipBlock, `${path}.ipBlock`, groups)]),
    ...listOf(networks).map((each, index) => addresses(each, `${path}.networks[${index}]`, groups)),
    ...(isObject(pods) ? [{ path: `${path}.pods.podSelector`, matches: podSelector(pods["podSelector"]) }] : []),
    // Agents do not narrow these to a cluster.
    ...(isObject(namespaces) ? [{ path: `${path}.namespaces`, matches: ({ kind }: Whom) => kind === "pod" }] : []),
    ...(isObject(nodes) ? [{ path: `${path}.nodes`, matches: nodeSelector(nodes) }] : []),
    ...(byLabels !== undefined
      ? [{ path: `${path}.podSelector`, matches: podSelector(byLabels) }]
      : namespaceSelector === undefined
        ? []
        : [{ path: `${path}.namespaceSelector`, matches: podSelector({}) }]),
  ];
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
  return listOf(value).flatMap((each, index): readonly FoundPeers[] => {
    const at = `${path}.${key}[${index}]`;
    switch (kind) {
      case "pods":
        return [{ path: at, matches: podSelector(each) }];
      case "nodes":
        return [{ path: at, matches: nodeSelector(each) }];
      case "entities":
        return [{ path: at, matches: entity(each) }];
      case "addresses":
        return [addresses(each, at, groups)];
      case "peers":
        return peer(each, at, groups);
    }
  });
}
