import { firstFew } from "../basics/model/bounded";
import { durationText } from "../basics/model/duration";

/** Takes a line for the person who waits, which need not be kept. */
export type Say = (line: string) => void;

const SAID_EVERY_MS = 10_000;

/**
 * Says every ten seconds how many clusters have not answered yet, and which.
 *
 * @param limit Seconds that one gets that is silent.
 * @param work Is given what to call when one has answered.
 */
export async function sayingWhoIsAwaited<T>(
  names: readonly string[],
  limit: number,
  say: Say,
  work: (answered: (name: string) => void) => Promise<T>,
): Promise<T> {
  const begin = Date.now();
  const awaited = new Set(names);
  const timer = setInterval(() => {
    if (awaited.size === 0) return;
    const few = firstFew([...awaited].map((name) => `"${name}"`)).join(", ");
    const time = `${durationText(Date.now() - begin)}, one that is silent gets ${limit} s`;
    const are = names.length === 1 ? "cluster is" : "clusters are";
    say(`${names.length - awaited.size} of ${names.length} ${are} looked at, waiting for ${few} (${time})`);
  }, SAID_EVERY_MS);
  try {
    return await work((name) => awaited.delete(name));
  } finally {
    clearInterval(timer);
  }
}
