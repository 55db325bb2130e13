import { parseArgs, type ParseArgsConfig } from "node:util";
import { errorMessage } from "../components/basics/errorMessage";
import { printableLines } from "../components/basics/model/printable";
import { paintFor, type Paint } from "./model/paint";

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Exit codes: all is well, something is wrong, and it could not be looked. */
export const EXIT = { well: 0, wrong: 1, unseen: 2 } as const;

/** Flags of these programs that npm does not know as its own. */
const FLAGS = ["stack", "svg", "out"] as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where a program writes. */
export interface Output {
  readonly write: (text: string) => void;
  readonly paint: Paint;
}

/** `parseArgs` whose errors are {@link UsageError}s; a flag without its value is one too. */
export function readArgs<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  let parsed: ReturnType<typeof parseArgs<T>>;
  try {
    parsed = parseArgs(config);
  } catch (error) {
    throw new UsageError(errorMessage(error), { cause: error });
  }
  const empty = Object.entries(parsed.values).find(([, value]) => value === "");
  if (empty !== undefined) throw new UsageError(`--${empty[0]} has no value`);
  return parsed;
}

/** The stack that was given. */
export function givenStack(stack: string | undefined): string {
  if (stack === undefined) throw new UsageError("give a stack: --stack production");
  return stack;
}

/** What to do where npm has kept a flag for itself: it hands on what stands behind two dashes alone. */
export function keptByNpm(env: Readonly<Record<string, string | undefined>>): string {
  const kept = FLAGS.filter((flag) => env[`npm_config_${flag}`] !== undefined).map((flag) => `--${flag}`);
  return kept.length === 0 ? "" : `npm has kept ${kept.join(" and ")} for itself: put -- before the flags\n`;
}

/**
 * Runs a program and sets its exit code. What keeps it from looking at all, and a command line that is not understood, is
 * {@link EXIT}'s `unseen`, so that 1 always says that something was seen.
 */
export async function runProgram(
  name: string,
  usage: string,
  main: (args: readonly string[], output: Output) => Promise<ExitCode>,
): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const write = (text: string) => process.stdout.write(text);
  try {
    process.exitCode = await main(args, { write, paint: paintFor(process.stdout.isTTY, process.env) });
  } catch (error) {
    const words = printableLines(errorMessage(error));
    const help = error instanceof UsageError ? `${keptByNpm(process.env)}${usage}\n` : "";
    process.stderr.write(`${name}: ${words}\n${help}`);
    process.exitCode = EXIT.unseen;
  }
}
