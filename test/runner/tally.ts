/** How many checks of a level passed, failed and were skipped. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 };

export function add(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The line that a pipeline looks for. */
export function summaryLine({ passed, failed, skipped }: Tally): string {
  return `${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`;
}

const isCount = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0;

/** The counts that a mocha run has written; `undefined` where it was killed before, or meanwhile. */
export function parseTally(text: string): Tally | undefined {
  try {
    const { passed, failed, skipped } = Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
    return isCount(passed) && isCount(failed) && isCount(skipped) ? { passed, failed, skipped } : undefined;
  } catch {
    return undefined;
  }
}

/** Environment variable with the file that a mocha run writes its counts to. */
export const TALLY_FILE = "CLUSTERMESH_TALLY_FILE";
