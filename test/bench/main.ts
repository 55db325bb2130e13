import { join, resolve } from "node:path";
import { runProgram } from "../../lab";
import { killSession } from "../support/session";
import { machine, versions } from "./machine";
import { underWay } from "./measure/measure";
import { startSampler } from "./measure/sampler";
import type { Bench } from "./modes/mode";
import { MODES } from "./modes/modes";
import { SPLIT } from "./modes/split";
import { TRIVIAL } from "./modes/trivial";
import { checkpointsFor, readOptions, USAGE, type Options } from "./options";
import { writeReport } from "./report/writeReport";
import { merged, readResults, writeResults, type Results, type Row } from "./results";
import { BENCH_LAB, startWorld } from "./world/world";

const FOLDER = resolve(__dirname, "..", "..", "docs", "bench");
const RESULTS = join(FOLDER, "results.json");
const begin = Date.now();

function say(line: string): void {
  const seconds = Math.round((Date.now() - begin) / 1000);
  const elapsed = `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, "0")}`;
  process.stdout.write(`${elapsed}  ${line}\n`);
}

function told({ mode, clusters, operation, checkpoints, wallSeconds, cpuSeconds, seen, failed }: Row): string {
  const what = `${mode}, ${clusters} clusters${checkpoints === undefined ? "" : `, state written ${checkpoints}`}`;
  const memory = seen === undefined ? "" : `, ${Math.round(seen.peakMiB)} MiB`;
  const took = `${wallSeconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU${memory}`;
  return `${what}: ${operation} ${failed === undefined ? "" : "FAILED after "}${took}`;
}

const explain = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Results in their file, after each row. */
class Ledger {
  private results: Results;

  constructor(private readonly file: string) {
    this.results = { ...readResults(file), date: new Date().toISOString().slice(0, 10), machine: machine() };
  }

  set(known: Partial<Results>): void {
    this.results = { ...this.results, ...known };
  }

  readonly record = (row: Row): void => {
    this.set({ rows: [...merged(this.results.rows, [row])] });
    writeResults(this.file, this.results);
    say(told(row));
  };

  readonly rows = (): readonly Row[] => this.results.rows;
}

/** Everything at one size. Returns whether all of it went well; what goes wrong is told, and the next one has its turn. */
async function measureSize(bench: Bench, clusters: number, options: Options): Promise<boolean> {
  let allWell = true;
  for (const mode of MODES.filter(({ name }) => options.only?.includes(name) ?? true)) {
    const sizes = { [TRIVIAL]: options.trivialSizes, [SPLIT]: options.splitSizes }[mode.name];
    if (sizes !== undefined && !sizes.includes(clusters)) {
      continue;
    }
    for (const checkpoints of checkpointsFor(clusters, options)) {
      try {
        await mode.run(bench, { clusters, checkpoints, quick: options.quick });
      } catch (error) {
        allWell = false;
        say(explain(error));
      }
    }
  }
  return allWell;
}

async function measureAll(options: Options): Promise<boolean> {
  const ledger = new Ledger(RESULTS);
  const most = Math.max(...options.sizes.flatMap((size) => MODES.map((mode) => mode.worldSize(size))));
  const world = await startWorld(most, say);
  const sampler = await startSampler();
  const ran = await versions(world.lab);
  const plugins = (line: string) => {
    ledger.set({ versions: `${ran}; ${line}` });
  };
  const bench: Bench = { world, sampler, record: ledger.record, rows: ledger.rows, say, plugins };
  let allWell = true;
  try {
    for (const size of options.sizes) {
      allWell = (await measureSize(bench, size, options)) && allWell;
      writeReport(FOLDER, readResults(RESULTS));
    }
  } finally {
    await sampler.end();
    await world.end(options.keep);
  }
  return allWell;
}

async function main(args: readonly string[]): Promise<boolean> {
  const options = readOptions(
    args,
    MODES.map(({ name }) => name),
  );
  if (options.render) {
    writeReport(FOLDER, readResults(RESULTS));
    return true;
  }
  return measureAll(options);
}

process.once("SIGINT", () => {
  say(`interrupted; what was measured is kept; end the lab with: npm run lab -- down --name ${BENCH_LAB}`);
  void Promise.allSettled([...underWay].map(killSession)).then(() => process.exit(130));
});
void runProgram({ name: "bench", usage: USAGE }, process.argv.slice(2), main, (error) =>
  error instanceof Error ? (error.stack ?? error.message) : String(error),
);
