import type { Readiness } from "./agentStatus";
import type { PathRow } from "./pathVerdict";
import type { StalePodRow } from "./stalePods";

/** What the check prints, and the state keeps. */
export interface CheckResult {
  readonly readiness: readonly Readiness[];
  readonly paths: readonly PathRow[];
  readonly stalePods: readonly StalePodRow[];
}

/** Reads what the check has printed. The first versions printed the readiness table alone, and a state may still have that. */
export function parseCheckResult(printed: string): CheckResult {
  const result = JSON.parse(printed) as CheckResult | readonly Readiness[];
  return isTable(result) ? { readiness: result, paths: [], stalePods: [] } : result;
}

function isTable(result: CheckResult | readonly Readiness[]): result is readonly Readiness[] {
  return Array.isArray(result);
}
