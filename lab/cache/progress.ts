/** Takes one line of progress. */
export type Log = (line: string) => void;

const INTERVAL_MS = 15_000;

/** Seconds or minutes, as a person would say it. */
export const duration = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1).replace(/\.0$/, "")} min`;

/** Says what begins and how long it usually takes, that it still runs (every 15 s), and how long it took. */
export async function withProgress<T>(
  log: Log,
  what: string,
  usualSeconds: number,
  work: () => Promise<T>,
): Promise<T> {
  const begin = Date.now();
  const elapsed = (): string => duration((Date.now() - begin) / 1000);
  log(`${what} (usually ${duration(usualSeconds)}, once)`);
  const timer = setInterval(() => {
    log(`${what}: ${elapsed()} of about ${duration(usualSeconds)}`);
  }, INTERVAL_MS);
  try {
    const result = await work();
    log(`${what}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
