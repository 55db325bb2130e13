import { setTimeout as delay } from "node:timers/promises";

/**
 * Does something that takes long, and meanwhile something else again and again: not at once, and not once the first has ended.
 *
 * @param everyMs The pause before the first time.
 * @param task Must not fail. @returns The pause before the next time, in milliseconds.
 */
export async function meanwhile<T>(everyMs: number, task: () => Promise<number>, work: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const repeat = async () => {
    let pause = everyMs;
    for (;;) {
      try {
        await delay(pause, undefined, { signal: ended.signal });
      } catch {
        return;
      }
      pause = await task();
    }
  };
  const repeating = repeat();
  try {
    return await work();
  } finally {
    ended.abort();
    await repeating;
  }
}
