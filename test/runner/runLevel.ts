import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execute } from "./execute";
import { byFile, COSTS_FILE, parseCosts, type FileCost } from "./fileCosts";
import type { Level } from "./levels";
import { NOTHING, parseTally, TALLY_FILE, type Tally } from "./tally";

/** What a run of a level has printed, counted and cost. */
interface Outcome {
  readonly output: string;
  readonly tally: Tally;
  readonly costs: readonly FileCost[];
}

/** A level's row in the table at the end. */
export interface Result extends Outcome {
  readonly level: string;
  readonly seconds: number;
  readonly remark: string;
}

type MochaRun = Extract<Level["run"], { readonly kind: "mocha" }>;

/** A level that would have been run; a run that was stopped has not passed. */
class Stopped extends Error {}

const SKIPPED: Outcome = { output: "", costs: [], tally: { ...NOTHING, skipped: 1 } };

const failure = (output: string): Outcome => ({ output, costs: [], tally: { ...NOTHING, failed: 1 } });
const withLine = (output: string, line: string): string => (output === "" ? line : `${output.trimEnd()}\n${line}`);
const described = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

async function mocha({ args, env: more }: MochaRun, stop: AbortSignal): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "clustermesh-tally-"));
  const [tallyFile, costsFile] = [join(folder, "tally.json"), join(folder, "costs.jsonl")];
  const command = ["node_modules/.bin/mocha", "--reporter", "test/runner/tallyReporter.ts", ...args];
  try {
    const env = { ...process.env, ...more, [TALLY_FILE]: tallyFile, [COSTS_FILE]: costsFile };
    const { fault, output } = await execute(command, env, stop);
    const counted = parseTally(await readFile(tallyFile, "utf8").catch(() => ""));
    const costs = byFile(parseCosts(await readFile(costsFile, "utf8").catch(() => "")));
    const tally = counted ?? NOTHING;
    if (tally.failed > 0 || (fault === undefined && tally.passed > 0)) return { output, costs, tally };
    // A run that fell over without a failed test, or that found no test, has not passed.
    const words = fault ?? (counted === undefined ? "ended before its last test" : "has found no test to run");
    return { output: withLine(output, `mocha ${words}`), costs, tally: { ...tally, failed: 1 } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function program(command: readonly string[], stop: AbortSignal): Promise<Outcome> {
  const { fault, output } = await execute(command, process.env, stop);
  return fault === undefined
    ? { output, costs: [], tally: { ...NOTHING, passed: 1 } }
    : failure(withLine(output, `${command[0] ?? ""} ${fault}`));
}

/** Why this machine cannot run a level, if it cannot. What is built for it takes minutes, and is not waited for when the run is stopped. */
async function obstacleOf({ obstacle }: Level, stop: AbortSignal): Promise<string | undefined> {
  const stopped = new Promise<never>((_, reject) => {
    const refuse = (): void => {
      reject(new Stopped(`not run: ${String(stop.reason)}`));
    };
    if (stop.aborted) refuse();
    else stop.addEventListener("abort", refuse, { once: true });
  });
  return Promise.race([stopped, stop.aborted ? stopped : obstacle?.()]);
}

/** Ends the servers of a failed level, and adds to its output what goes wrong there. One that has passed has ended them itself. */
async function endServers({ leftovers }: Level, output: string): Promise<string> {
  try {
    await leftovers?.();
    return output;
  } catch (error) {
    return withLine(output, described(error));
  }
}

async function outcomeOf(level: Level, stop: AbortSignal): Promise<Outcome> {
  const { run } = level;
  const outcome = await (run.kind === "mocha" ? mocha(run, stop) : program(run.command, stop));
  return outcome.tally.failed === 0 ? outcome : { ...outcome, output: await endServers(level, outcome.output) };
}

/**
 * Runs a level. Whatever goes wrong with it is a failure of its own, and no reason to leave out the others.
 *
 * @param stop Ends it before its time, or has it not begin.
 */
export async function runLevel(level: Level, stop: AbortSignal): Promise<Result> {
  const row = { level: level.name, seconds: 0, remark: "" };
  let begin = performance.now();
  try {
    const reason = await obstacleOf(level, stop);
    if (reason !== undefined) return { ...row, ...SKIPPED, remark: `skipped: ${reason}` };
    begin = performance.now();
    return { ...row, ...(await outcomeOf(level, stop)), seconds: (performance.now() - begin) / 1000 };
  } catch (error) {
    if (error instanceof Stopped) return { ...row, ...failure(""), remark: error.message };
    return { ...row, ...failure(described(error)), seconds: (performance.now() - begin) / 1000 };
  }
}
