import type { ExpectedPeer, Readiness } from "./agentStatus";
import type { PathRow } from "./pathVerdict";
import type { StalePodRow } from "./stalePods";

/** A cluster all of whose agents see every peer ready. */
export interface ClusterReadiness {
  readonly cluster: string;
  readonly agents: number;
  readonly peers: number;
  readonly ready: true;
}

/** A line of the readiness table: an agent and a peer, or, where these are too many to read and to keep, a cluster. */
export type ReadinessRow = Readiness | ClusterReadiness;

/** What the check prints, and the state keeps. */
export interface CheckResult {
  /** The names of those that were checked. */
  readonly members: readonly string[];
  readonly readiness: readonly ReadinessRow[];
  readonly paths: readonly PathRow[];
  readonly stalePods: readonly StalePodRow[];
}

/** As many lines of agents and peers are kept: a mesh of 255 clusters would have millions. */
const LINES_KEPT = 500;

/** The table of a mesh that is ready, by agents and peers where it is short, else by clusters. */
export function readinessRows(
  members: readonly ExpectedPeer[],
  table: readonly Readiness[],
  kept = LINES_KEPT,
): readonly ReadinessRow[] {
  if (table.length <= kept) {
    return table;
  }
  const agents = new Map<string, Set<string>>();
  for (const { cluster, agent } of table) {
    agents.set(cluster, (agents.get(cluster) ?? new Set()).add(agent));
  }
  return [...agents].map(([cluster, those]) => {
    return { cluster, agents: those.size, peers: members.length - 1, ready: true };
  });
}

/** Earlier versions printed no names, and the first ones the table alone; a state may still have that. */
type Printed = (Omit<CheckResult, "members"> & { readonly members?: readonly string[] }) | readonly Readiness[];

/** Reads what the check has printed. */
export function parseCheckResult(printed: string): CheckResult {
  const result = JSON.parse(printed) as Printed;
  const known = isTable(result) ? { readiness: result, paths: [], stalePods: [] } : result;
  const named = known.readiness.flatMap((row) => ("peer" in row ? [row.cluster, row.peer] : [row.cluster]));
  return { members: [...new Set(named)].sort(), ...known };
}

function isTable(result: Printed): result is readonly Readiness[] {
  return Array.isArray(result);
}
