import { parseArgs, type ParseArgsConfig } from "node:util";
import { messageOf } from "./run";

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What a program that a person starts is called, and how it is used. */
export interface Program {
  readonly name: string;
  readonly usage: string;
}

/** Exit codes: not done as it should be, and not understood. */
const FAILED = 1;
const MISUSED = 2;

const asksForHelp = (args: readonly string[]): boolean => args.some((arg) => arg === "--help" || arg === "-h");

/**
 * Runs a program and sets its exit code: 0 where all is well, 1 where something failed, 2 with the usage where its command line is not
 * understood. `--help` prints the usage alone.
 *
 * @param main Whether all went well.
 * @param explain How an error is shown that nobody has foreseen.
 */
export async function runProgram(
  { name, usage }: Program,
  args: readonly string[],
  main: (args: readonly string[]) => Promise<boolean>,
  explain: (error: unknown) => string = messageOf,
): Promise<void> {
  if (asksForHelp(args)) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  try {
    process.exitCode = (await main(args)) ? 0 : FAILED;
  } catch (error) {
    const isMisuse = error instanceof UsageError;
    process.stderr.write(`${name}: ${isMisuse ? `${error.message}\n${usage}` : explain(error)}\n`);
    process.exitCode = isMisuse ? MISUSED : FAILED;
  }
}

/** `parseArgs` whose errors are {@link UsageError}s: a flag that is not known, or has no value. */
export function readArgs<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  let parsed: ReturnType<typeof parseArgs<T>>;
  try {
    parsed = parseArgs(config);
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
  const empty = Object.entries(parsed.values).find(([, value]) => value === "");
  if (empty !== undefined) throw new UsageError(`--${empty[0]} has no value`);
  return parsed;
}

const readWhole = (word: string, least: number, most: number): number | undefined => {
  const value = /^\d+$/.test(word.trim()) ? Number(word) : undefined;
  return value !== undefined && value >= least && value <= most ? value : undefined;
};

/** Reads `2,8,32`. @throws UsageError where one of them is no whole number between these. */
export function wholeNumbers(flag: string, text: string, least: number, most: number): readonly number[] {
  const values = text.split(",").map((word) => readWhole(word, least, most));
  const numbers = values.filter((value) => value !== undefined);
  if (numbers.length < values.length) {
    throw new UsageError(
      `--${flag} ${JSON.stringify(text)}: give whole numbers from ${least} to ${most}, with commas between them`,
    );
  }
  return numbers;
}

/** Reads one number. @throws UsageError as {@link wholeNumbers}. */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = readWhole(text, least, most);
  if (value === undefined) {
    throw new UsageError(`--${flag} ${JSON.stringify(text)}: give a whole number from ${least} to ${most}`);
  }
  return value;
}
