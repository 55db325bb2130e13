import { z } from "zod";
import { jsonAs } from "../../basics/model/attempt";
import { cutText, firstFew, keepWithin } from "../../basics/model/bounded";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { PATH_KINDS, type PathKind, type PathReport, type TriedPath } from "./nodePaths";

/** More than this of a kind is not kept by name: every recorded path is in the state, and in the input of the check. */
const KEPT_BY_NAME = 100;
/** For all kinds of a cluster together. */
const KEPT_BYTES = 16 * 1024;
/** So many broken paths are named in a row; of more there is the number. */
const NAMED = 5;
const LINE_BYTES = 200;

const kind = z.enum(PATH_KINDS);

/** What did not work before anything was changed, as the state keeps it. */
export const recordedPaths = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("probed"),
    broken: z.array(z.string()),
    /** Kinds of which no path worked, or too few: a firewall, mostly, that has nothing to do with the mesh. */
    unjudged: z.array(kind),
  }),
  z.object({ kind: z.literal("notProbed"), reason: z.string() }),
]);

export type RecordedPaths = z.infer<typeof recordedPaths>;

/** How many paths of a cluster work, or why that is not known. */
export type PathRow =
  | {
      readonly cluster: string;
      readonly kind: "probed";
      readonly working: number;
      readonly of: number;
      /** Those that do not, a line each; of many the first few. */
      readonly broken: readonly string[];
    }
  | { readonly cluster: string; readonly kind: "notProbed"; readonly reason: string }
  /** What there is no room to say of each cluster. Those where something does not work are named before. */
  | { readonly kind: "others"; readonly clusters: number; readonly working: number; readonly of: number };

type ClusterRow = Exclude<PathRow, { readonly kind: "others" }>;

const printedRecord = z.object({ paths: recordedPaths.optional() });

/** The record of a cluster's paths, out of all that `record` has printed; `undefined` where there is none. */
export const recordedPathsOf = (printed: string): RecordedPaths | undefined => jsonAs(printedRecord, printed)?.paths;

/** The name of a path in the state: nodes may come and go, so nothing else of it is kept. */
const pathKey = (path: TriedPath): string => `${path.kind} ${path.from} → ${path.to}`;

const WHAT: Readonly<Record<PathKind, string>> = {
  endpoint: "the health endpoint",
  host: "the node itself",
  endpointIPv6: "the health endpoint by IPv6",
  hostIPv6: "the node itself by IPv6",
};

function describe(path: TriedPath): string {
  const where = path.address === undefined ? "" : ` ${path.address}`;
  return `${path.from} → ${path.to}: ${WHAT[path.kind]}${where} does not answer (${path.why})`;
}

function brokenOf(report: PathReport): readonly TriedPath[] {
  return report.kind === "probed" ? report.paths.filter((path) => path.why !== "") : [];
}

/** What to remember of a cluster before it is changed. */
export function recordPaths(report: PathReport): RecordedPaths {
  if (report.kind === "notProbed") return { kind: "notProbed", reason: cutText(report.reason, LINE_BYTES) };
  const broken = brokenOf(report);
  const kinds = PATH_KINDS.filter((each) => report.paths.some((path) => path.kind === each));
  const unjudged = kinds.filter((each) => {
    const of = report.paths.filter((path) => path.kind === each).length;
    const without = broken.filter((path) => path.kind === each);
    const isMuch =
      without.length > KEPT_BY_NAME || keepWithin(without.map(pathKey), KEPT_BYTES / kinds.length).left.length > 0;
    return without.length > 0 && (without.length === of || isMuch);
  });
  return {
    kind: "probed",
    broken: broken.filter((path) => !unjudged.includes(path.kind)).map(pathKey),
    unjudged,
  };
}

/** The paths that do not work now. */
export interface PathVerdict {
  /** Those that the change has to answer for. */
  readonly lost: readonly TriedPath[];
  /** Those that did not work before either, or of which that is not known. */
  readonly excused: readonly TriedPath[];
}

/**
 * Sorts a cluster's broken paths. A node that was not there before is expected to work, unless no path of that kind did.
 *
 * @param before What was recorded; absent where the cluster was meshed by a version that did not.
 */
export function judgePaths(report: PathReport, before: RecordedPaths | undefined): PathVerdict {
  const excuses = (path: TriedPath) =>
    before?.kind !== "probed" || before.unjudged.includes(path.kind) || before.broken.includes(pathKey(path));
  const broken = brokenOf(report);
  return { lost: broken.filter((path) => !excuses(path)), excused: broken.filter(excuses) };
}

/** The row of a cluster in the output. */
export function pathRow(report: PathReport): ClusterRow {
  if (report.kind === "notProbed") return { ...report, reason: cutText(report.reason, LINE_BYTES) };
  const { cluster, paths } = report;
  const broken = brokenOf(report);
  return {
    cluster,
    kind: "probed",
    working: paths.length - broken.length,
    of: paths.length,
    broken: firstFew(
      broken.map((path) => cutText(describe(path), LINE_BYTES)),
      NAMED,
    ),
  };
}

const LAST_ROW_BYTES = 80;

/**
 * The rows of the clusters, as far as there is room for them.
 *
 * @param most Bytes.
 */
export function pathRowsWithin(rows: readonly PathRow[], most: number): readonly PathRow[] {
  if (keepWithin(rows, most).left.length === 0) return rows;
  const isWell = (row: PathRow) => row.kind !== "notProbed" && row.working === row.of;
  const { kept, left } = keepWithin(
    rows.toSorted((a, b) => Number(isWell(a)) - Number(isWell(b))),
    most - LAST_ROW_BYTES,
  );
  const sum = (key: "working" | "of") => left.reduce((all, row) => all + (row.kind === "probed" ? row[key] : 0), 0);
  return [...kept, { kind: "others", clusters: left.length, working: sum("working"), of: sum("of") }];
}

/** A lost path as a problem: the mesh may be ready all the same, so nothing else shows it. */
export function pathProblem(cluster: string, kubectl: string, path: TriedPath): Diagnostic {
  return error({
    cluster,
    property: `path ${path.from} → ${path.to}`,
    reason: `is cut: ${WHAT[path.kind]}${path.address === undefined ? "" : ` ${path.address}`} answered before, and now does not (${path.why})`,
    fix: `look at the routes of ${path.from} (ip route) and restart its agent: ${kubectl} delete pod ${path.agent}`,
  });
}

/** What is said of a path that is excused. */
export function excusedLine(cluster: string, path: TriedPath, before: RecordedPaths | undefined): string {
  const isNamed = before?.kind === "probed" && before.broken.includes(pathKey(path));
  const since = isNamed
    ? "and did not before"
    : before?.kind === "probed"
      ? "and all paths of that kind did not before, or too many to tell one from the other"
      : "and it is not known whether it did before";
  return `warning: cluster "${cluster}": ${describe(path)}, ${since}`;
}

/** What is said of a cluster's paths before anything is changed; nothing where all is well. */
export function recordedLines(report: PathReport): readonly string[] {
  const row = pathRow(report);
  const where = `cluster "${row.cluster}"`;
  if (row.kind === "notProbed") return [`${where}: paths between its nodes are not probed: ${row.reason}`];
  const summary = `${where}: ${row.working} of ${row.of} paths between its nodes work before the change`;
  const recorded = recordPaths(report);
  const unjudged = recorded.kind === "probed" ? recorded.unjudged : [];
  return [
    summary,
    ...row.broken.map((line) => `${where}: ${line}`),
    ...unjudged.map(
      (each) => `warning: ${where}: ${WHAT[each]} answers nowhere, or too seldom: the check will not judge such paths`,
    ),
  ];
}
