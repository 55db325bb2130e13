/** One try to reach a server: a new connection, a question, an answer. */
export interface Attempt {
  /** Milliseconds since 1970, when it began. */
  readonly at: number;
  readonly answered: boolean;
}

/** What a series of attempts amounts to. */
export interface TrafficReport {
  readonly sent: number;
  readonly lost: number;
  /** From the last answer before a loss to the first one after, in milliseconds; 0 when nothing was lost. */
  readonly longestGapMs: number;
  /** Whether the last attempt was lost: then the gap was not over. */
  readonly stillDown: boolean;
}

/** Sums up attempts in any order. A gap at an end counts from or to the first or last attempt. */
export function trafficReport(attempts: readonly Attempt[]): TrafficReport {
  const sorted = [...attempts].sort((one, other) => one.at - other.at);
  const [first, last] = [sorted[0], sorted.at(-1)];
  let lastAnswer = first?.at ?? 0;
  let inGap = false;
  let longestGapMs = 0;
  for (const { at, answered } of sorted) {
    if (!answered || inGap) longestGapMs = Math.max(longestGapMs, at - lastAnswer);
    if (answered) lastAnswer = at;
    inGap = !answered;
  }
  return {
    sent: sorted.length,
    lost: sorted.filter(({ answered }) => !answered).length,
    longestGapMs,
    stillDown: last !== undefined && !last.answered,
  };
}

/** The report as a sentence. */
export function describeTraffic({ sent, lost, longestGapMs, stillDown }: TrafficReport): string {
  if (lost === 0) return `${sent} connections, none lost`;
  const gap = `longest gap ${(longestGapMs / 1000).toFixed(1)} s`;
  return `${sent} connections, ${lost} lost, ${gap}${stillDown ? ", not over at the end" : ""}`;
}
