import type { Operation, Row } from "../results";

/** Something that the mesh is held to. */
export interface Goal {
  readonly goal: string;
  readonly measured: string;
  /** Nothing where it was not measured. */
  readonly met: boolean | undefined;
}

const RATIO_SIZE = 32;

function find(rows: readonly Row[], mode: string, operation: Operation): Row | undefined {
  return rows.find(
    (row) =>
      row.mode === mode &&
      row.clusters === RATIO_SIZE &&
      row.operation === operation &&
      row.checkpoints === "at the end" &&
      row.failed === undefined,
  );
}

/** How many times as long the mesh takes as a trivial program of as many resources. */
function ratio(rows: readonly Row[], operation: Operation, most: number): Goal {
  const goal = `${operation}, ${RATIO_SIZE} clusters: at most ${most} times the time of a trivial program`;
  const [mesh, trivial] = [find(rows, "single", operation), find(rows, "trivial", operation)];
  if (mesh === undefined || trivial === undefined) {
    return { goal, measured: "not measured", met: undefined };
  }
  const wall = mesh.wallSeconds / trivial.wallSeconds;
  const cpu = mesh.cpuSeconds / trivial.cpuSeconds;
  const measured = `${wall.toFixed(2)} (${mesh.wallSeconds.toFixed(1)} s to ${trivial.wallSeconds.toFixed(1)} s; of CPU time ${cpu.toFixed(2)})`;
  return { goal, measured, met: wall <= most };
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
  restored(rows),
];
