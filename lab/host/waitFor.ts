import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "./run";

const POLL_MS = 50;

/**
 * Polls until `probe` returns a value. A probe that throws ends the wait with its error.
 * @throws Error that names what was awaited, for how long, and what `probe` last reported through `note`.
 */
export async function waitFor<T>(
  what: string,
  timeoutMs: number,
  probe: (note: (detail: string) => void) => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let detail = "";
  for (;;) {
    const value = await probe((text) => {
      detail = text;
    });
    if (value !== undefined) return value;
    if (Date.now() >= deadline) {
      throw new Error(`${what}: not within ${timeoutMs / 1000} s${detail === "" ? "" : `; last: ${detail}`}`);
    }
    await delay(POLL_MS);
  }
}

/** A probe of {@link waitFor}: whether something succeeds by now, with its error as the detail otherwise. */
export const succeeds = (work: Promise<unknown>, note: (detail: string) => void): Promise<true | undefined> =>
  work.then(
    () => true,
    (error: unknown) => {
      note(messageOf(error));
      return undefined;
    },
  );

/** Runs `work` on every item, at most `limit` at a time. After an error nothing new begins; what runs is awaited first. */
export async function forEachLimited<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await work(item);
      } catch (error) {
        queue.length = 0;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
