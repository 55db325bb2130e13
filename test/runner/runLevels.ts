import { table } from "../support/table";
import type { FileCost } from "./fileCosts";
import type { Stage } from "./levels";
import { runLevel, type Result } from "./runLevel";
import { add, NOTHING, summaryLine } from "./tally";

const STATUS_MS = 30_000;

/** How levels are run. */
export interface RunOptions {
  /** Takes what is said. @default standard output */
  readonly say?: (text: string) => void;
  /** Ends what is under way, and has nothing begin any more. @default all is run */
  readonly stop?: AbortSignal;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
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
async function runStage(stage: Stage, { say, stop }: Required<RunOptions>): Promise<readonly Result[]> {
  const underWay = new Set<string>();
  const status = setInterval(() => {
    say(`   (${[...underWay].join(", ")} under way)`);
  }, STATUS_MS);
  try {
    const lanes = stage.map(async (lane) => {
      const results: Result[] = [];
      for (const level of lane) {
        underWay.add(level.name);
        const result = await runLevel(level, stop);
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
export async function runLevels(
  stages: readonly Stage[],
  { say = print, stop = new AbortController().signal }: RunOptions = {},
): Promise<boolean> {
  const results: Result[] = [];
  const begin = performance.now();
  for (const stage of stages) results.push(...(await runStage(stage, { say, stop })));
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
