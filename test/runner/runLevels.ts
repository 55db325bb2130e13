import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { table } from "../support/table";
import { byFile, COSTS_FILE, parseCosts, type FileCost } from "./fileCosts";
import type { Level, Stage } from "./levels";
import { add, NOTHING, summaryLine, TALLY_FILE, type Tally } from "./tally";

const ROOT = resolve(__dirname, "..", "..");
const STATUS_MS = 30_000;

/** What a run of a level has printed, counted and cost. */
interface Outcome {
  readonly output: string;
  readonly tally: Tally;
  readonly costs: readonly FileCost[];
}

/** A level's row in the table at the end. */
interface Result extends Outcome {
  readonly level: string;
  readonly seconds: number;
  readonly remark: string;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs a program; levels run side by side, so what it prints is kept until it has ended. */
function execute(command: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
  const [file = "", ...args] = command;
  return new Promise((done, reject) => {
    const child = spawn(file, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      done({ code: code ?? 1, output: Buffer.concat(chunks).toString() });
    });
  });
}

async function mocha(args: readonly string[]): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "clustermesh-tally-"));
  const [tallyFile, costsFile] = [join(folder, "tally.json"), join(folder, "costs.jsonl")];
  const command = ["node_modules/.bin/mocha", "--reporter", "test/runner/tallyReporter.ts", ...args];
  try {
    const { code, output } = await execute(command, {
      ...process.env,
      [TALLY_FILE]: tallyFile,
      [COSTS_FILE]: costsFile,
    });
    const text = await readFile(tallyFile, "utf8").catch(() => undefined);
    const tally = text === undefined ? NOTHING : (JSON.parse(text) as Tally);
    // A run that fell over without a failed test, or that found no test, has not passed.
    const fellOver = tally.failed === 0 && (code !== 0 || tally.passed === 0);
    const costs = byFile(parseCosts(await readFile(costsFile, "utf8").catch(() => "")));
    return { output, costs, tally: fellOver ? { ...tally, failed: 1 } : tally };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function program(command: readonly string[]): Promise<Outcome> {
  const { code, output } = await execute(command, process.env);
  return { output, costs: [], tally: code === 0 ? { ...NOTHING, passed: 1 } : { ...NOTHING, failed: 1 } };
}

async function runLevel({ name, run, obstacle }: Level): Promise<Result> {
  const reason = await obstacle?.();
  const begin = performance.now();
  const outcome =
    reason !== undefined
      ? { output: "", tally: { ...NOTHING, skipped: 1 }, costs: [] }
      : await (run.kind === "mocha" ? mocha(run.args) : program(run.command));
  const seconds = (performance.now() - begin) / 1000;
  const remark = reason === undefined ? "" : `skipped: ${reason}`;
  return { ...outcome, level: name, seconds, remark };
}

/** Files that took the most, the longest first. */
function showCosts(costs: readonly FileCost[]): string {
  const rows = costs
    .toSorted((one, other) => other.wallSeconds - one.wallSeconds)
    .filter(({ wallSeconds }) => wallSeconds >= 1)
    .map(({ file, wallSeconds, cpuSeconds }) => ({
      "wall s": wallSeconds.toFixed(1),
      "CPU s": cpuSeconds.toFixed(1),
      file,
    }));
  return rows.length === 0 ? "" : `\n${table(rows)}\n`;
}

/** Runs a stage's lanes side by side. Every half minute it says what is under way. */
async function runStage(stage: Stage): Promise<readonly Result[]> {
  const underWay = new Set<string>();
  const status = setInterval(() => {
    say(`   (${[...underWay].join(", ")} under way)`);
  }, STATUS_MS);
  try {
    const lanes = stage.map(async (lane) => {
      const results: Result[] = [];
      for (const level of lane) {
        underWay.add(level.name);
        const result = await runLevel(level);
        underWay.delete(level.name);
        say(`\n== ${level.name}\n${result.output.trimEnd()}${showCosts(result.costs)}`);
        results.push(result);
      }
      return results;
    });
    return (await Promise.all(lanes)).flat();
  } finally {
    clearInterval(status);
  }
}

/** Runs all levels, goes on after a failure, and ends with a table and the summary line. Returns whether one failed. */
export async function runLevels(stages: readonly Stage[]): Promise<boolean> {
  const results: Result[] = [];
  const begin = performance.now();
  for (const stage of stages) results.push(...(await runStage(stage)));
  const rows = results.map(({ level, tally, seconds, costs, remark }) => ({
    level,
    ...tally,
    "wall s": seconds.toFixed(1),
    "CPU s": costs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0).toFixed(1),
    remark,
  }));
  const total = results.reduce((sum, { tally }) => add(sum, tally), NOTHING);
  const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
  say(`\n${table(rows)}\n\nlevels took ${minutes} min, side by side\n\n${summaryLine(total)}`);
  return total.failed > 0;
}
