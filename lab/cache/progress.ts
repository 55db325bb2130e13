/** Takes one line of progress. */
export type Log = (line: string) => void;

/** How far work is that is done part by part; all in seconds. */
export interface Pace {
  /** What all parts usually take. */
  readonly usual: number;
  /** What the finished parts usually take. */
  readonly finished: number;
  /** When the last of these was finished, counted from the begin. */
  readonly finishedAt: number;
  /** Since the begin. */
  readonly elapsed: number;
}

/** Less shows nothing of the pace. */
const LEAST_SECONDS = 1;

/**
 * How many times the usual time the rest will take. Parts are worked on side by side, so a small one that came late means little: a slow pace
 * counts by the share of the work that was done at it. A quick one counts in full, for then most was compiled before.
 */
function paceOf({ usual, finished, finishedAt }: Pace): number {
  if (finished < LEAST_SECONDS) return 1;
  const seen = finishedAt / finished;
  return seen <= 1 ? seen : 1 + (seen - 1) * (finished / usual);
}

/**
 * How long it will still take, by the pace of the parts that are finished, or by the usual one before there are any. `undefined` when it
 * should have ended: then it is not known.
 */
export function secondsLeft(pace: Pace): number | undefined {
  const { usual, finished, finishedAt, elapsed } = pace;
  const left = (usual - finished) * paceOf(pace) - (elapsed - finishedAt);
  return left > 0 ? left : undefined;
}

/** The pace some time later, when parts that usually take `finished` seconds are finished. */
export const advance = (pace: Pace, finished: number, elapsed: number): Pace => ({
  ...pace,
  elapsed,
  ...(finished > pace.finished ? { finished, finishedAt: elapsed } : {}),
});

/** Seconds or minutes, as a person would say it. */
export const duration = (seconds: number): string =>
  seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${(seconds / 60).toFixed(1).replace(/\.0$/, "")} min`;

/** The same for what is not known to the second. */
export const about = (seconds: number): string =>
  seconds < 55 ? `about ${Math.max(5, Math.ceil(seconds / 5) * 5)} s` : `about ${Math.ceil(seconds / 60)} min`;

/** A line's end on the time that is left. Of an estimate that has passed: by how much. */
export const timeLeft = (pace: Pace): string => {
  const left = secondsLeft(pace);
  if (left !== undefined) return `${about(left)} left`;
  return pace.elapsed >= pace.usual
    ? `taking longer than usual, ${duration(pace.elapsed)} so far instead of ${duration(pace.usual)}`
    : "how long the rest takes is not known";
};

/** A part of some work. */
export interface Part {
  readonly name: string;
  readonly usualSeconds: number;
}

const INTERVAL_MS = 15_000;
const secondsSince = (begin: number): number => (Date.now() - begin) / 1000;

/**
 * Does work of several parts, and logs every 15 s how much is done and how long the rest will take. What
 * `finished` names is done; it is asked whenever something is said.
 */
export async function withParts<T>(
  log: Log,
  what: string,
  parts: readonly Part[],
  finished: () => Promise<ReadonlySet<string>>,
  work: () => Promise<T>,
): Promise<T> {
  const begin = Date.now();
  const sum = (some: readonly Part[]): number => some.reduce((seconds, part) => seconds + part.usualSeconds, 0);
  let pace: Pace = { usual: sum(parts), finished: 0, finishedAt: 0, elapsed: 0 };
  log(`${what} (usually ${duration(pace.usual)}, once)`);
  const timer = setInterval(() => {
    void finished().then((names) => {
      const done = parts.filter(({ name }) => names.has(name));
      pace = advance(pace, sum(done), secondsSince(begin));
      log(`${what}: ${timeLeft(pace)}${parts.length > 1 ? `, ${done.length} of ${parts.length} done` : ""}`);
    });
  }, INTERVAL_MS);
  try {
    const result = await work();
    log(`${what}: done in ${duration(secondsSince(begin))}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

/** The same for work that is one part. */
export const withProgress = <T>(log: Log, what: string, usualSeconds: number, work: () => Promise<T>): Promise<T> =>
  withParts(log, what, [{ name: what, usualSeconds }], () => Promise.resolve(new Set()), work);
