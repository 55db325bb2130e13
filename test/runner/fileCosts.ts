import { appendFileSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";

/** Environment variable with the file that mocha processes append the costs of their test files to. */
export const COSTS_FILE = "CLUSTERMESH_COSTS_FILE";

/** What a test file took, or a suite of it. */
export interface FileCost {
  /** Relative to the repository, or {@link SET_UP}. */
  readonly file: string;
  readonly wallSeconds: number;
  /** User and system time of the mocha process and of the processes that it started and waited for; a lab's servers are not among them. */
  readonly cpuSeconds: number;
}

/** What comes before the first test file of a process: a lab that starts, mostly. */
export const SET_UP = "(set-up)";

const ROOT = resolve(__dirname, "..", "..");
const TICKS_PER_SECOND = 100;

/** Seconds of this process and of its children, from the fields utime to cstime of `/proc/self/stat`. */
export function cpuSecondsOf(stat: string): number {
  // The program's name is in parentheses and may hold anything; what follows it is numbers.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

let last = { wall: 0, cpu: 0 };

const now = () => ({ wall: performance.now() / 1000, cpu: cpuSecondsOf(readFileSync("/proc/self/stat", "utf8")) });

/** Costs as text lines, one JSON object each; what a killed process has left half written is no cost, whatever another one wrote behind it. */
export function parseCosts(text: string): readonly FileCost[] {
  return text.split("\n").flatMap((line): readonly FileCost[] => {
    try {
      return [JSON.parse(line) as FileCost];
    } catch {
      return [];
    }
  });
}

/** One cost for each file, of which each suite has written one. */
export function byFile(costs: readonly FileCost[]): readonly FileCost[] {
  const sums = new Map<string, FileCost>();
  for (const { file, wallSeconds, cpuSeconds } of costs) {
    const { wallSeconds: wall = 0, cpuSeconds: cpu = 0 } = sums.get(file) ?? {};
    sums.set(file, { file, wallSeconds: wall + wallSeconds, cpuSeconds: cpu + cpuSeconds });
  }
  return [...sums.values()];
}

/**
 * A root hook of mocha that writes down what each file takes, hooks included. In mocha's parallel mode it runs in the workers, where the
 * files are; a reporter would see them from outside only.
 */
export const mochaHooks = {
  beforeAll(this: Mocha.Context): void {
    const target = process.env[COSTS_FILE];
    if (target === undefined || process.platform !== "linux") return;
    const record = (file: string): void => {
      const { wall, cpu } = now();
      const cost: FileCost = { file, wallSeconds: wall - last.wall, cpuSeconds: cpu - last.cpu };
      appendFileSync(target, `${JSON.stringify(cost)}\n`);
      last = { wall, cpu };
    };
    record(SET_UP);
    for (const suite of this.test?.parent?.suites ?? []) {
      const file = suite.file === undefined ? "?" : relative(ROOT, suite.file);
      // Added last, so that it runs after the hooks of the file itself.
      suite.afterAll("cost", () => {
        record(file);
      });
    }
  },
};
