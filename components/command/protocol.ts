import { text } from "node:stream/consumers";
import { z } from "zod";
import { errorMessage } from "../basics/errorMessage";
import { byteLength, excerpt } from "../basics/model/bounded";
import { EndedError, endingOf } from "../basics/model/ending";
import { own } from "../basics/model/own";
import { printable, printableLines } from "../basics/model/printable";
import { inTodaysWords, todaysVerb } from "./model/formerWords";
import { ERROR_BYTES, kindOf, outputBudget, RESULT_BYTES, type LineKind } from "./model/outputBudget";

/** Environment variable with a command's plain input as JSON. */
export const INPUT_VARIABLE = "CLUSTERMESH_COMMAND_INPUT";

/** Environment variable that no script reads: a change of it has a command run again. */
export const OCCASION_VARIABLE = "CLUSTERMESH_COMMAND_OCCASION";

/** Environment variable in which Pulumi's Command hands `update` and `delete` what the last run printed. */
const PREVIOUS_OUTPUT_VARIABLE = "PULUMI_COMMAND_STDOUT";

/** A command's plain input out of its text, that of a state from before too. */
export function parseInput<T>(schema: z.ZodType<T>, text: string): z.ZodSafeParseResult<T> {
  return schema.safeParse(inTodaysWords(JSON.parse(text)));
}

/** Reads a command's plain input. */
export function readInput<T>(schema: z.ZodType<T>): T {
  const { data, error } = parseInput(schema, process.env[INPUT_VARIABLE] ?? "null");
  if (error !== undefined) throw error;
  return data;
}

/** What the same resource's last `create` or `update` printed; empty before the first. */
export const previousOutput = (): string => process.env[PREVIOUS_OUTPUT_VARIABLE] ?? "";

/** Under this name standard input carries what of the input grows with the mesh. No cluster has a name with a dot. */
export const LARGE_INPUT = "input.large";

let received: Promise<string> | undefined;

/** Reads the secrets of a command, which standard input carries as one object. It can be asked for more than once. */
export async function readSecrets<T>(schema: z.ZodType<T>): Promise<T> {
  received ??= text(process.stdin);
  const sent = await received;
  return schema.parse(sent.trim() === "" ? {} : JSON.parse(sent));
}

/** Reads what of a command's input grows with the mesh: an environment variable may not have more than 128 KiB. */
export async function readLargeInput<T>(schema: z.ZodType<T>): Promise<T> {
  const { [LARGE_INPUT]: sent } = await readSecrets(z.object({ [LARGE_INPUT]: z.string() }));
  return schema.parse(JSON.parse(sent));
}

let budget = outputBudget();
let begun = Date.now();

/** A command begins, with all its room for output. */
export function beginOutput(): void {
  budget = outputBudget();
  begun = Date.now();
}

/** How long the command runs, in milliseconds. */
export const runningFor = (): number => Date.now() - begun;

/**
 * Progress for the person who watches `pulumi up`; the result of a command goes to standard output alone. The state keeps it, so it has bounds: what
 * is left out is counted, and the count is said in the end.
 */
export function progress(line: string, kind: LineKind = kindOf(line)): void {
  const said = budget.take(kind, printable(line));
  if (said !== undefined) process.stderr.write(`${said}\n`);
}

function sayWhatIsLeftOut(): void {
  const words = budget.leftOut();
  if (words !== undefined) process.stderr.write(`${words}\n`);
}

/** A result is what later runs decide by, so nothing of it may be cut. */
function checked(result: string): string {
  const length = byteLength(result);
  if (length > RESULT_BYTES) {
    throw new EndedError(
      `the result has ${length} bytes, and the next run can be given ${RESULT_BYTES}; this is a fault of the program: report it`,
      "faultOfProgram",
    );
  }
  return result;
}

/** What a deploy-time program can do, by the words of its command line; each gives its result. */
export type Verbs = Readonly<Record<string, () => Promise<string>>>;

/** Runs a verb, in the words of today or of before. */
export function runVerb(verbs: Verbs, verb: string): Promise<string> {
  const run = own(verbs, todaysVerb(verb));
  if (run === undefined) {
    const known = Object.keys(verbs).join(", ");
    throw new EndedError(`unknown verb ${JSON.stringify(verb)}; one of ${known}`, "faultOfProgram");
  }
  return run();
}

/** What a failure ends with that has not said itself how it ends: every step goes on where it was interrupted. */
const NEXT = "next: set right what is named, and run the same pulumi command again; it goes on from here";

/** What is printed of an error, with what to do. An input that cannot be read is the program's own. */
export function failureText(error: unknown): string {
  const words = printableLines(errorMessage(error));
  const isEnded = endingOf(error) !== undefined || error instanceof z.ZodError;
  return excerpt(isEnded ? words : `${words}\n${NEXT}`, ERROR_BYTES);
}

/**
 * Runs the verb that the command line names. An error ends the process with its message and no stack: Pulumi shows it to the user.
 *
 * @returns The verb, once it is done and its result is printed: without it the runner takes the whole run for failed.
 */
export async function dispatch(verbs: Verbs): Promise<string | undefined> {
  const verb = process.argv[2] ?? "";
  beginOutput();
  try {
    const result = checked(await runVerb(verbs, verb));
    sayWhatIsLeftOut();
    process.stdout.write(result);
    return verb;
  } catch (error) {
    sayWhatIsLeftOut();
    process.stderr.write(`${failureText(error)}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
