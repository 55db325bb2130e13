import { byteLength, cutText, firstFew, keepWithin } from "../../basics/model/bounded";
import { groupBy } from "../../basics/model/lists";
import type { Readiness } from "../../cilium/model/readiness";
import { inTodaysWords } from "../../command/model/formerWords";
import { RESULT_BYTES } from "../../command/model/outputBudget";
import { pathRowsWithin, type PathRow } from "../../nodePaths/model/pathVerdict";
import { stalePodRowsWithin, type StalePodRow } from "./stalePods";

/** How the agents of a cluster see its peers, and the cache that they read. */
export interface ClusterReadiness {
  readonly cluster: string;
  readonly agents: number;
  readonly peers: number;
  readonly ready: boolean;
  /** The peers that some agent, or some cache, does not see ready; of many the first few. */
  readonly notReady: readonly string[];
}

/** What there is no room to say of each cluster. Those that are not ready for some agent are named before. */
export interface OtherReadiness {
  /** How many clusters. */
  readonly others: number;
  readonly agents: number;
  readonly ready: boolean;
}

/** A line of the readiness table: an agent or KVStoreMesh and a peer, or, where these are too many to read and to keep, a cluster, or several. */
export type ReadinessRow = Readiness | ClusterReadiness | OtherReadiness;

/** What the check prints, and the state keeps. */
export interface CheckResult {
  /** The names of those that were checked. */
  readonly clusters: readonly string[];
  readonly readiness: readonly ReadinessRow[];
  readonly paths: readonly PathRow[];
  readonly stalePods: readonly StalePodRow[];
}

const WHY_BYTES = 200;
const LAST_ROW_BYTES = 80;

/**
 * The table by agents and peers where it is short, else by clusters, as far as there is room for them: a mesh of 255 clusters would have
 * millions of lines.
 *
 * @param most Bytes.
 */
export function readinessRows(table: readonly Readiness[], most: number): readonly ReadinessRow[] {
  const short = (line: Readiness) => ({ ...line, why: cutText(line.why, WHY_BYTES) });
  if (keepWithin(table, most, (line) => byteLength(JSON.stringify(short(line))) + 1).left.length === 0) {
    return table.map(short);
  }
  const clusters = [...groupBy(table, (line) => line.cluster)].map(([cluster, lines]) => summary(cluster, lines));
  if (keepWithin(clusters, most).left.length === 0) return clusters;
  const worstFirst = clusters.toSorted((a, b) => Number(a.ready) - Number(b.ready));
  const { kept, left } = keepWithin(worstFirst, most - LAST_ROW_BYTES);
  const agents = left.reduce((sum, each) => sum + each.agents, 0);
  return [...kept, { others: left.length, agents, ready: left.every(({ ready }) => ready) }];
}

/** The peers that are named in a row; of more there is the number. */
const NAMED = 5;

function summary(cluster: string, lines: readonly Readiness[]): ClusterReadiness {
  const count = (some: readonly Readiness[], of: (line: Readiness) => string) => new Set(some.map(of)).size;
  const ofAgents = lines.filter(({ reader }) => reader === undefined);
  const notReady = [...new Set(lines.filter(({ ready }) => !ready).map(({ peer }) => peer))].sort();
  return {
    cluster,
    agents: count(ofAgents, ({ agent }) => agent),
    peers: count(lines, ({ peer }) => peer),
    ready: notReady.length === 0,
    notReady: firstFew(notReady, NAMED),
  };
}

const FRAME_BYTES = 256;

/**
 * The result with tables that fit: the state keeps it, and the next run is given it. The names of all that were checked are in it whatever
 * their number, for the next check finds by them which have left.
 */
export function checkResult(
  clusters: readonly string[],
  table: readonly Readiness[],
  paths: readonly PathRow[],
  stalePods: readonly StalePodRow[],
): CheckResult {
  const room = RESULT_BYTES - byteLength(JSON.stringify(clusters)) - FRAME_BYTES;
  return {
    clusters,
    readiness: readinessRows(table, room * 0.5),
    paths: pathRowsWithin(paths, room * 0.3),
    stalePods: stalePodRowsWithin(stalePods, room * 0.2),
  };
}

/** Reads what the check has printed, that of a state from before too. */
export const parseCheckResult = (printed: string): CheckResult => inTodaysWords(JSON.parse(printed)) as CheckResult;
