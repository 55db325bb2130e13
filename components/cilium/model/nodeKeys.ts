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
 * not learn of it. So a key can go without any agent seeing it end.
 */
export const HIDDEN = "left";

/** The same, of a node that agents have known by this key since before it was hidden: it must not end until all of them have started again. */
export const HIDDEN_LATE = "left late";

const isShown = (value: string): boolean => value !== HIDDEN && value !== HIDDEN_LATE;

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

/** The keys of a cluster's nodes: those that agents read, those that are hidden and that agents may know, and those that are hidden and none knows. */
export interface NodeKeys {
  readonly shown: readonly string[];
  readonly known: readonly string[];
  readonly hidden: readonly string[];
}

/** Tells them apart. */
export function nodeKeysIn(listing: string, cluster: string): NodeKeys {
  const nodes = [...nodesIn(listing, cluster)];
  const keys = (is: (value: string) => boolean) =>
    nodes.filter(([, value]) => is(value)).map(([node]) => `${nodeKeys(cluster)}${node}`);
  return {
    shown: keys(isShown),
    known: keys((value) => value === HIDDEN_LATE),
    hidden: keys((value) => value === HIDDEN),
  };
}

/** The name that a cluster's agents have had, and the one that they get. */
export interface Names {
  readonly from: string;
  readonly to: string;
}

/** The nodes under the name that agents have had, hidden or not, that are not there under the other one: their agents may still run with the former. */
export function notRenamed(listing: string, { from, to }: Names): readonly string[] {
  const renamed = nodesIn(listing, to);
  return [...nodesIn(listing, from).keys()].filter((node) => !isShown(renamed.get(node) ?? HIDDEN));
}

/** The keys, with what they hold, of nodes whose agents run with the other name by now: nobody renews them any more. Hidden ones are none. */
export function leftBehind(listing: string, names: Names): readonly (readonly [key: string, value: string])[] {
  const late = new Set(notRenamed(listing, names));
  return [...nodesIn(listing, names.from)]
    .filter(([node, value]) => isShown(value) && !late.has(node))
    .map(([node, value]) => [`${nodeKeys(names.from)}${node}`, value] as const);
}

/** Key of `cilium-config` for how long keys of an agent that has ended stay in etcd, and what that is by default. */
const LEASE_KEY = "kvstore-lease-ttl";
const LEASE_SECONDS = 900;

/** Agents refuse a longer one (`KVstoreLeaseMaxTTL`). */
const LONGEST_LEASE_SECONDS = 24 * 3600;

const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** How many seconds keys of an agent that has ended stay in etcd: a duration as Go writes it, or the default where it is none. */
export function leaseSeconds(config: Readonly<Record<string, string>>): number {
  const text = config[LEASE_KEY] ?? "";
  if (!/^(\d{1,9}(\.\d{1,9})?[hms])+$/.test(text)) return LEASE_SECONDS;
  const parts = [...text.matchAll(/([\d.]+)([hms])/g)];
  const seconds = parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (SECONDS[unit] ?? 0), 0);
  return Math.min(seconds || LEASE_SECONDS, LONGEST_LEASE_SECONDS);
}
