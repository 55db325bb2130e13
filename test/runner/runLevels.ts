import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { table } from "../support/table";
import type { Level } from "./levels";
import { add, NOTHING, summaryLine, TALLY_FILE, type Tally } from "./tally";

const ROOT = resolve(__dirname, "..", "..");

interface Result {
  readonly tally: Tally;
  readonly seconds: number;
  readonly remark: string;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function execute(command: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [file = "", ...args] = command;
  return new Promise((done, reject) => {
    const child = spawn(file, args, { cwd: ROOT, env, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => {
      done(code ?? 1);
    });
  });
}

async function mocha(args: readonly string[]): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "clustermesh-tally-"));
  const file = join(folder, "tally.json");
  const command = ["node_modules/.bin/mocha", "--reporter", "test/runner/tallyReporter.ts", ...args];
  try {
    const code = await execute(command, { ...process.env, [TALLY_FILE]: file });
    const text = await readFile(file, "utf8").catch(() => undefined);
    const tally = text === undefined ? NOTHING : (JSON.parse(text) as Tally);
    // A run that fell over without a failed test, or that found no test, has not passed.
    const fellOver = tally.failed === 0 && (code !== 0 || tally.passed === 0);
    return fellOver ? { ...tally, failed: 1 } : tally;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function program(command: readonly string[]): Promise<Tally> {
  const code = await execute(command, process.env);
  return code === 0 ? { ...NOTHING, passed: 1 } : { ...NOTHING, failed: 1 };
}

async function runLevel({ run, obstacle }: Level): Promise<Omit<Result, "seconds">> {
  const reason = await obstacle?.();
  if (reason !== undefined) {
    return { tally: { ...NOTHING, skipped: 1 }, remark: `skipped: ${reason}` };
  }
  return { tally: run.kind === "mocha" ? await mocha(run.args) : await program(run.command), remark: "" };
}

/** Runs the levels in their order, goes on after a failure, and ends with a table and the summary line. Returns whether one failed. */
export async function runLevels(levels: readonly Level[]): Promise<boolean> {
  const results = new Map<string, Result>();
  for (const level of levels) {
    say(`\n== ${level.name}`);
    const begin = Date.now();
    results.set(level.name, { ...(await runLevel(level)), seconds: (Date.now() - begin) / 1000 });
  }
  const rows = [...results].map(([level, { tally, seconds, remark }]) => ({
    level,
    ...tally,
    seconds: seconds.toFixed(1),
    remark,
  }));
  const total = [...results.values()].reduce((sum, { tally }) => add(sum, tally), NOTHING);
  say(`\n${table(rows)}\n\n${summaryLine(total)}`);
  return total.failed > 0;
}
