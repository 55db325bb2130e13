import type { Readiness } from "./agentStatus";
import type { PathRow } from "./pathVerdict";
import type { StalePodRow } from "./stalePods";

/** How the agents of a cluster see its peers. */
export interface ClusterReadiness {
  readonly cluster: string;
  readonly agents: number;
  readonly peers: number;
  readonly ready: boolean;
  /** The peers that some agent does not see ready. */
  readonly notReady: readonly string[];
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

/** The table by agents and peers where it is short, else by clusters. */
export function readinessRows(table: readonly Readiness[], kept = LINES_KEPT): readonly ReadinessRow[] {
  return table.length <= kept ? table : [...linesByCluster(table)].map(([cluster, lines]) => summary(cluster, lines));
}

function linesByCluster(table: readonly Readiness[]): ReadonlyMap<string, readonly Readiness[]> {
  const byCluster = new Map<string, Readiness[]>();
  for (const line of table) {
    const lines = byCluster.get(line.cluster);
    if (lines === undefined) byCluster.set(line.cluster, [line]);
    else lines.push(line);
  }
  return byCluster;
}

function summary(cluster: string, lines: readonly Readiness[]): ClusterReadiness {
  const count = (of: (line: Readiness) => string) => new Set(lines.map(of)).size;
  const notReady = [...new Set(lines.filter(({ ready }) => !ready).map(({ peer }) => peer))].sort();
  return {
    cluster,
    agents: count(({ agent }) => agent),
    peers: count(({ peer }) => peer),
    ready: notReady.length === 0,
    notReady,
  };
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
