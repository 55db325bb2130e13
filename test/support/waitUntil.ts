import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 50;

/** Returns when the condition holds. @throws Error that names it when it does not within the given seconds. */
export async function waitUntil(
  condition: string,
  seconds: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) {
      throw new Error(`not within ${String(seconds)} s: ${condition}`);
    }
    await delay(POLL_MS);
  }
}
