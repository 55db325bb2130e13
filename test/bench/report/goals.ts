import type { Checkpoints, Operation, Row } from "../results";

/** Something that the mesh is held to. */
export interface Goal {
  readonly goal: string;
  readonly measured: string;
  /** Nothing where it was not measured. */
  readonly met: boolean | undefined;
}

const RATIO_SIZE = 32;
const LARGE = 255;
const MESH = "single";

interface Wanted {
  readonly mode: string;
  readonly operation: Operation;
  readonly clusters?: number;
  readonly checkpoints?: Checkpoints;
}

function find(rows: readonly Row[], wanted: Wanted): Row | undefined {
  const { mode, operation, clusters = RATIO_SIZE, checkpoints = "at the end" } = wanted;
  return rows.find(
    (row) =>
      row.mode === mode &&
      row.clusters === clusters &&
      row.operation === operation &&
      row.checkpoints === checkpoints &&
      row.failed === undefined,
  );
}

const notMeasured = (goal: string): Goal => ({ goal, measured: "not measured", met: undefined });

/** How many times as long the mesh takes as a trivial program of as many resources. */
function ratio(rows: readonly Row[], operation: Operation, most: number): Goal {
  const goal = `${operation}, ${RATIO_SIZE} clusters: at most ${most} times the time of a trivial program`;
  const [mesh, trivial] = [find(rows, { mode: MESH, operation }), find(rows, { mode: "trivial", operation })];
  if (mesh === undefined || trivial === undefined) {
    return notMeasured(goal);
  }
  const wall = mesh.wallSeconds / trivial.wallSeconds;
  const cpu = mesh.cpuSeconds / trivial.cpuSeconds;
  const measured = `${wall.toFixed(2)} (${mesh.wallSeconds.toFixed(1)} s to ${trivial.wallSeconds.toFixed(1)} s; of CPU time ${cpu.toFixed(2)})`;
  return { goal, measured, met: wall <= most };
}

/** How the resources grow. */
function resources(rows: readonly Row[]): Goal {
  const most = 11;
  const goal = `resources: at most ${most} a cluster`;
  const ups = [8, RATIO_SIZE].map((clusters) => find(rows, { mode: MESH, operation: "first up", clusters }));
  const [few, many] = ups;
  if (few?.resources === undefined || many?.resources === undefined) {
    return notMeasured(goal);
  }
  const each = (many.resources - few.resources) / (many.clusters - few.clusters);
  return { goal, measured: each.toFixed(1), met: each <= most };
}

/** How the state grows with the square of the size: what a cluster's part of it has for each peer. */
function stateOfPeer(rows: readonly Row[]): Goal {
  const most = 400;
  const goal = `state: less than ${most} bytes of a cluster for each peer`;
  const ups = [8, RATIO_SIZE, LARGE].map((clusters) => find(rows, { mode: MESH, operation: "first up", clusters }));
  const [a, b, c] = ups.flatMap((row) =>
    row?.stateBytes === undefined ? [] : [{ n: row.clusters, bytes: row.stateBytes }],
  );
  if (a === undefined || b === undefined || c === undefined) {
    return notMeasured(goal);
  }
  // bytes = mesh + cluster · n + peer · n²
  const slope = (from: typeof a, to: typeof a) => (to.bytes - from.bytes) / (to.n - from.n);
  const peer = (slope(b, c) - slope(a, b)) / (c.n - a.n);
  return { goal, measured: peer.toFixed(0), met: peer < most };
}

/** Waiting for one cluster more. */
function joining(rows: readonly Row[]): Goal {
  const most = 15;
  const goal = `a cluster added to ${RATIO_SIZE}, state written every step: under ${most} s`;
  const row = find(rows, { mode: MESH, operation: "cluster added", checkpoints: "every step" });
  return row === undefined
    ? notMeasured(goal)
    : { goal, measured: `${row.wallSeconds.toFixed(1)} s`, met: row.wallSeconds < most };
}

/** Memory of all but the plugins, of the greediest operation. */
function memory(rows: readonly Row[]): Goal {
  const most = 1024;
  const goal = `memory outside of plugins, ${LARGE} clusters: under 1 GiB`;
  const peaks = rows
    .filter(({ mode, clusters }) => mode === MESH && clusters === LARGE)
    .flatMap(({ operation, seen }) => (seen === undefined ? [] : [{ operation, peak: seen.peakOutsideMiB }]))
    .sort((one, other) => other.peak - one.peak);
  const [greediest] = peaks;
  return greediest === undefined
    ? notMeasured(goal)
    : {
        goal,
        measured: `${greediest.peak.toFixed(0)} MiB (${greediest.operation})`,
        met: greediest.peak < most,
      };
}

/** How CPU time grows. */
function growth(rows: readonly Row[], operation: Operation): Goal {
  const exponent = 1.2;
  const goal = `CPU of ${operation} from ${RATIO_SIZE} to ${LARGE} clusters: growth below the power ${exponent} of the size`;
  const [few, many] = [RATIO_SIZE, LARGE].map((clusters) => find(rows, { mode: MESH, operation, clusters }));
  if (few === undefined || many === undefined) {
    return notMeasured(goal);
  }
  const times = many.cpuSeconds / few.cpuSeconds;
  const power = Math.log(times) / Math.log(LARGE / RATIO_SIZE);
  return { goal, measured: `${power.toFixed(2)} (${times.toFixed(1)} times)`, met: power < exponent };
}

/** What is left behind: nothing. */
function restored(rows: readonly Row[]): Goal {
  const compared = rows.flatMap((row) => row.restored ?? []);
  const sum = (key: "compared" | "same") => compared.reduce((total, each) => total + each[key], 0);
  return {
    goal: "after destroy every cluster is as it was",
    measured: compared.length === 0 ? "not measured" : `${sum("same")} of ${sum("compared")} compared`,
    met: compared.length === 0 ? undefined : sum("same") === sum("compared"),
  };
}

/** All goals, with what was measured. */
export const goals = (rows: readonly Row[]): readonly Goal[] => [
  ratio(rows, "preview", 2),
  ratio(rows, "first up", 3),
  resources(rows),
  stateOfPeer(rows),
  joining(rows),
  memory(rows),
  growth(rows, "preview"),
  growth(rows, "first up"),
  growth(rows, "no-op up"),
  restored(rows),
];
