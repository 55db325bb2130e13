/*
 * Keys under which agents show their node to each other. The agents of a cluster whose name has changed know each node by two of them. An agent
 * for which one of them ends removes, half a minute later (NodeDeleteDelay), what both share: direct routes, addresses, peers of WireGuard. A key ends
 * when it is deleted, or with the lease of an agent that has ended. See pkg/node/store, pkg/kvstore/store and pkg/node/manager of Cilium.
 */
const NODES = "cilium/state/nodes/v1/";

/** Prefix of a cluster's nodes. */
export const nodeKeys = (cluster: string): string => `${NODES}${cluster}/`;

/**
 * What no agent takes for a node, for it is no JSON: one that knows the node under this key keeps what it knows, and one that starts later does
 * not learn of it. So a key can go without any agent seeing it end, once all agents have started since.
 */
export const HIDDEN = "left";

/** The same of a node that an agent may know which is not restarted any more: the key stays. */
export const KEPT = "kept";

/** The nodes of a cluster with what their keys hold, out of what `cilium-dbg kvstore get --recursive` prints: lines `<key> => <value>`. */
function nodesIn(listing: string, cluster: string): ReadonlyMap<string, string> {
  const prefix = nodeKeys(cluster);
  const nodes = new Map<string, string>();
  for (const line of listing.split("\n")) {
    const at = line.indexOf(" => ");
    if (at > prefix.length && line.startsWith(prefix)) nodes.set(line.slice(prefix.length, at), line.slice(at + 4));
  }
  return nodes;
}

/** Nodes under the name that their agents have had. */
export interface FormerNodes {
  /** The keys, with what they hold, of nodes whose agents run with the other name by now: nobody renews them any more. */
  readonly leftBehind: readonly (readonly [key: string, value: string])[];
  /** How many nodes have no key under the other name: their agents may still run with the former one. */
  readonly notRenamed: number;
  /** The keys of nodes that are hidden, so neither of these. */
  readonly hidden: readonly string[];
}

/** Tells them apart. */
export function formerNodes(
  listing: string,
  { from, to }: { readonly from: string; readonly to: string },
): FormerNodes {
  const renamed = nodesIn(listing, to);
  const former = [...nodesIn(listing, from)];
  const keyOf = (node: string) => `${nodeKeys(from)}${node}`;
  const shown = former.filter(([, value]) => value !== HIDDEN);
  const left = shown.filter(([node]) => renamed.has(node));
  return {
    leftBehind: left.map(([node, value]) => [keyOf(node), value] as const),
    notRenamed: shown.length - left.length,
    hidden: former.filter(([, value]) => value === HIDDEN).map(([node]) => keyOf(node)),
  };
}

/** Key of `cilium-config` for how long keys of an agent that has ended stay in etcd, and what that is by default. */
const LEASE_KEY = "kvstore-lease-ttl";
const LEASE_SECONDS = 900;

const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** How many seconds keys of an agent that has ended stay in etcd: a duration as Go writes it, or the default where it is none. */
export function leaseSeconds(config: Readonly<Record<string, string>>): number {
  const text = config[LEASE_KEY] ?? "";
  if (!/^(\d{1,9}(\.\d{1,9})?[hms])+$/.test(text)) return LEASE_SECONDS;
  const parts = [...text.matchAll(/([\d.]+)([hms])/g)];
  return parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (SECONDS[unit] ?? 0), 0) || LEASE_SECONDS;
}
