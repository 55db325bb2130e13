import { firstFew } from "../../basics/model/bounded";
import { canonicalIP, contains, addressRange, rangesOf } from "../../mesh/model/cidr";

/** What Kubernetes says of a node. */
export interface NodeState {
  readonly ready: boolean;
  /** It is being deleted. */
  readonly leaving: boolean;
  readonly cordoned: boolean;
  /** It has the label `node.kubernetes.io/exclude-from-external-load-balancers`, as nodes of a control plane have. */
  readonly excluded: boolean;
}

/** A node, by the addresses under which it is reached. */
export interface ReachedNode {
  readonly name: string;
  /** As the other nodes of its cluster reach it. */
  readonly addresses: readonly string[];
  /** As it is reached from other networks. */
  readonly externalIPs?: readonly string[];
}

/** What decides which nodes peers dial. */
export interface Entrances {
  readonly nodes: readonly ReachedNode[];
  /** What Kubernetes says of them, by name; absent where it could not be read. */
  readonly states?: ReadonlyMap<string, NodeState>;
  /** Those with a pod of clustermesh-apiserver; absent where that could not be read. */
  readonly serving?: ReadonlySet<string>;
  /** The addresses that peers were given last. */
  readonly last?: readonly string[];
}

/** Addresses of nodes, or why there are none: a sentence's end, after what the Service is. */
export type EntryAddresses =
  | { readonly kind: "found"; readonly addresses: readonly string[] }
  | { readonly kind: "unknown" }
  | { readonly kind: "notReady"; readonly nodes: readonly string[] }
  | { readonly kind: "notServing" };

/** Agents try the addresses behind a name one after the other, in any order: a few that answer are enough. */
const MOST_NODES = 3;

/** Addresses that lead nowhere else, or back to who dials them. */
const NOWHERE = rangesOf(["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10"]);

/** Those that lead somewhere, in one form. */
export function usable(addresses: readonly string[]): readonly string[] {
  const ranges = addresses.flatMap((address) => addressRange(address) ?? []);
  const outside = ranges.filter((range) => !NOWHERE.some((nowhere) => contains(nowhere, range)));
  return [...new Set(outside.map(({ text }) => canonicalIP(text.split("/")[0] ?? "")))];
}

const isV6 = (address: string): boolean => address.includes(":");

/** An address of each family: that of the last time, where there is one. */
function oneOfEach(addresses: readonly string[], last: readonly string[]): readonly string[] {
  const sorted = [...addresses.filter((each) => last.includes(each)), ...addresses];
  return [sorted.find((each) => !isV6(each)), sorted.find(isV6)].flatMap((each) => each ?? []);
}

interface Entry {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** By the addresses for other networks, if any node has one. */
function entriesOf(nodes: readonly ReachedNode[], last: readonly string[] = []): readonly Entry[] {
  const of = (read: (node: ReachedNode) => readonly string[]) =>
    nodes
      .map((node) => ({ name: node.name, addresses: oneOfEach(usable(read(node)), last) }))
      .filter(({ addresses }) => addresses.length > 0);
  const external = of(({ externalIPs = [] }) => externalIPs);
  return external.length > 0 ? external : of(({ addresses }) => addresses);
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);

/** The lower, the sooner a node is chosen: those for load balancers first, and those on which nothing new is to run last. */
function rank(state: NodeState | undefined, isLast: boolean): number {
  if (isLast) return 0;
  return 1 + (state?.excluded === true ? 1 : 0) + (state?.cordoned === true ? 2 : 0);
}

/** Without those behind one with an address of theirs: a node that was made again under another name may be there twice. */
function withoutTwins<T extends Entry>(entries: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return entries.filter(({ addresses }) => {
    const isNew = !addresses.some((address) => seen.has(address));
    if (isNew) addresses.forEach((address) => seen.add(address));
    return isNew;
  });
}

function withPods(nodes: readonly ReachedNode[], serving: ReadonlySet<string> | undefined): readonly ReachedNode[] {
  return serving === undefined ? nodes : nodes.filter(({ name }) => serving.has(name));
}

/**
 * The addresses of some nodes by which peers dial the port that a Service has on all of them: of nodes that are ready and stay. Those that peers were
 * given last stay as long as they are such nodes, so that a run finds what the last one found.
 *
 * @param onlyServing Whether only nodes with a pod of it answer.
 */
export function entryAddresses({ nodes, states, serving, last = [] }: Entrances, onlyServing: boolean): EntryAddresses {
  const isGood = ({ name }: ReachedNode) => {
    const state = states?.get(name);
    return states === undefined || (state?.ready === true && !state.leaving);
  };
  const all = entriesOf(nodes);
  if (all.length === 0) return { kind: "unknown" };
  const good = nodes.filter(isGood);
  if (good.length === 0) return { kind: "notReady", nodes: firstFew(nodes.toSorted(byName).map(({ name }) => name)) };
  const entries = entriesOf(onlyServing ? withPods(good, serving) : good, last);
  if (entries.length === 0) return onlyServing ? { kind: "notServing" } : { kind: "unknown" };
  const wasGiven = ({ addresses }: Entry) => addresses.some((address) => last.includes(address));
  const sorted = entries
    .map((entry) => ({ ...entry, rank: rank(states?.get(entry.name), wasGiven(entry)) }))
    .toSorted((a, b) => a.rank - b.rank || byName(a, b));
  const chosen = withoutTwins(sorted).slice(0, MOST_NODES).toSorted(byName);
  return { kind: "found", addresses: chosen.flatMap(({ addresses }) => addresses) };
}
