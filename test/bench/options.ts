import { readArgs, UsageError, wholeNumber, wholeNumbers } from "../../lab";
import { CHECKPOINTS, type Checkpoints } from "./results";
import { MAX_CLUSTERS } from "./world/virtualCluster";

/** How the bench is used. */
export const USAGE = `Usage: npm run bench -- [--sizes 2,8,32] [--only single,trivial] [--trivial-sizes 8,32] [--split-sizes 255]
                         [--checkpoints-up-to 32] [--quick] [--keep] [--render]

  --sizes              how many clusters; default 2,8,32,64,128,255
  --only               what is measured; default all
  --trivial-sizes      at which of these sizes a trivial program is measured too; default 8,32
  --split-sizes        at which of these sizes the mesh is measured in many stacks too; default 255
  --checkpoints-up-to  up to which size also with a state that is written at every step; default 32
  --quick              preview, first up, no-op up and destroy alone
  --keep               leaves the lab running
  --render             measures nothing, and writes the report again`;

/** What a run of the bench does. */
export interface Options {
  readonly sizes: readonly number[];
  readonly only: readonly string[] | undefined;
  readonly trivialSizes: readonly number[];
  readonly splitSizes: readonly number[];
  readonly checkpointsUpTo: number;
  readonly quick: boolean;
  readonly keep: boolean;
  readonly render: boolean;
}

function sizes(name: string, text: string): readonly number[] {
  return [...new Set(wholeNumbers(name, text, 2, MAX_CLUSTERS))].sort((a, b) => a - b);
}

/** Reads the command line. @throws UsageError that says what is wrong with it. */
export function readOptions(args: readonly string[], modes: readonly string[]): Options {
  const { values } = readArgs({
    args: [...args],
    options: {
      sizes: { type: "string", default: "2,8,32,64,128,255" },
      only: { type: "string" },
      "trivial-sizes": { type: "string", default: "8,32" },
      "split-sizes": { type: "string", default: "255" },
      "checkpoints-up-to": { type: "string", default: "32" },
      quick: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      render: { type: "boolean", default: false },
    },
  });
  const only = values.only?.split(",");
  const unknown = (only ?? []).filter((name) => !modes.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(`--only ${unknown.join(",")}: give of ${modes.join(", ")}`);
  }
  return {
    sizes: sizes("sizes", values.sizes),
    only,
    trivialSizes: sizes("trivial-sizes", values["trivial-sizes"]),
    splitSizes: sizes("split-sizes", values["split-sizes"]),
    checkpointsUpTo: wholeNumber("checkpoints-up-to", values["checkpoints-up-to"], 0, MAX_CLUSTERS),
    quick: values.quick,
    keep: values.keep,
    render: values.render,
  };
}

/** How the state is written at a size: up to a limit both ways, beyond it only once. */
export const checkpointsFor = (clusters: number, { checkpointsUpTo }: Options): readonly Checkpoints[] =>
  CHECKPOINTS.filter((each) => each === "at the end" || clusters <= checkpointsUpTo);
