/** A cluster as it is shown. */
export interface ClusterLine {
  readonly name: string;
  readonly id: number;
  /** Where it publishes, and what its agents read. */
  readonly mode: string;
  /** Agents that are ready, and how many there should be; absent where that is not known. */
  readonly agents?: { readonly ready: number; readonly of: number };
  /** How name and id in its `cilium-config` compare to what is configured, in a few words. */
  readonly identity?: string;
  /** Why it could not be looked at; absent where it was. */
  readonly unseen?: string;
  readonly lost?: boolean;
}

/** How one cluster sees one peer: so many of those that were asked see it ready. */
export interface Pair {
  readonly from: string;
  readonly to: string;
  readonly ready: number;
  /** None where nobody was asked, or nothing is known. */
  readonly of: number;
  /** The first reason why not; empty where there is none. */
  readonly why: string;
}

/** How a pair is: `unseen` where nothing is known of it. */
export type PairState = "ready" | "notReady" | "unseen";

export const pairState = (pair: Pick<Pair, "ready" | "of"> | undefined): PairState =>
  pair === undefined || pair.of === 0 ? "unseen" : pair.ready === pair.of ? "ready" : "notReady";

/** A certificate and its end. */
export interface CertificateLine {
  readonly cluster: string;
  readonly what: string;
  readonly subject: string;
  /** RFC 3339. */
  readonly expires: string;
}

/** Who reaches the demo's database: what is expected, and what was seen. */
export interface VerdictLine {
  readonly client: string;
  readonly path: string;
  readonly expectedBefore: string;
  readonly seenBefore?: string;
  readonly expectedAfter: string;
  readonly seenAfter?: string;
}

/** The last change of a stack. */
export interface LastChange {
  readonly kind: string;
  readonly result: string;
  /** RFC 3339. */
  readonly ended: string;
}

/** A mesh as it is shown, wherever that is known from. */
export interface MeshView {
  readonly stack: string;
  /** When it was looked at, in RFC 3339. */
  readonly at: string;
  readonly clusters: readonly ClusterLine[];
  readonly pairs: readonly Pair[];
  readonly certificates: readonly CertificateLine[];
  /** What is wrong, a line each, with what to do. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  /** What could not be looked at. */
  readonly unseen: readonly string[];
  readonly lastChange?: LastChange;
  readonly verdicts?: readonly VerdictLine[];
}

/** The pairs of a mesh by `from` and `to`. */
export function pairsByEnds(pairs: readonly Pair[]): (from: string, to: string) => Pair | undefined {
  const all = new Map(pairs.map((pair) => [JSON.stringify([pair.from, pair.to]), pair]));
  return (from, to) => all.get(JSON.stringify([from, to]));
}
