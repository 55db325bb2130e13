import { type CiliumMode, readArgs, readModes, UsageError } from "../../lab";

/** How the demo is used. */
export const USAGE = `Usage: npm run demo -- [--mode MODE] [--keep] [--record]

  --mode    how Cilium is installed: kvstoremesh | apiserver | kvstore, one for both clusters or A,B; default kvstoremesh
  --keep    leaves everything running, and says how to look at it and to end it
  --record  keeps what was measured in docs/bench`;

/** What a run of the demo does. */
export interface Options {
  /** The mode of each cluster. */
  readonly modes: readonly CiliumMode[];
  readonly keep: boolean;
  readonly record: boolean;
}

/** The mode of each of two clusters, out of one for both or one for each. */
function modesOfTwo(text: string): readonly CiliumMode[] {
  const modes = readModes(text);
  if (modes.length === 1) return [...modes, ...modes];
  if (modes.length === 2) return modes;
  throw new UsageError(
    `--mode ${JSON.stringify(text)}: the demo has two clusters; give one mode for both, or two with a comma between them`,
  );
}

/** Reads the command line. @throws UsageError that says what is wrong with it. */
export function readOptions(args: readonly string[]): Options {
  const { values } = readArgs({
    args: [...args],
    options: {
      mode: { type: "string", default: "kvstoremesh" },
      keep: { type: "boolean", default: false },
      record: { type: "boolean", default: false },
    },
  });
  return { modes: modesOfTwo(values.mode), keep: values.keep, record: values.record };
}
