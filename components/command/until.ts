import { setTimeout as delay } from "node:timers/promises";
import { mapLimited } from "../basics/mapLimited";
import { cutText } from "../basics/model/bounded";
import { durationText } from "../basics/model/duration";
import { formatDiagnostic, type Diagnostic } from "../mesh/model/diagnostic";
import { progress, runningFor } from "./protocol";

const POLL_MS = 1000;
const EVERY_MS = 30_000;
/** What takes hours is printed less often: the lines are kept in the state. */
const SHARE_OF_TIME = 8;
const LINE_BYTES = 240;
const SHORTEST_SAID_MS = 1000;

/** Sets the line to print by now, and how the wait can end without success. */
type SetLine = (line: () => string, limit?: string) => void;

/** How long it has taken so far, and how long it may. */
function timeText(ms: number, limit: string | undefined): string {
  const parts = [...(ms < SHORTEST_SAID_MS ? [] : [durationText(ms)]), ...(limit === undefined ? [] : [limit])];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** Prints what is waited for, again and again until the work is done; the first time at once, or later only. */
async function ticking<T>(first: "at once" | "later", work: (set: SetLine) => Promise<T>): Promise<T> {
  const since = Date.now();
  let line: (() => string) | undefined;
  let limit: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const say = () => {
    if (line !== undefined) progress(`${cutText(line(), LINE_BYTES)}${timeText(Date.now() - since, limit)}`, "wait");
  };
  const wind = () => {
    const pause = Math.max(EVERY_MS, runningFor() / SHARE_OF_TIME);
    timer = setTimeout(() => {
      say();
      wind();
    }, pause);
  };
  const set: SetLine = (next, until) => {
    const isFirst = line === undefined;
    line = next;
    limit = until;
    if (!isFirst) return;
    if (first === "at once") say();
    wind();
  };
  try {
    return await work(set);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Has a wait print what it is for: at once, and every half minute until it is over, even while one question to a cluster takes longer than that.
 * From the second time on it says how long that has taken.
 *
 * @param wait Gets what sets the line that is said.
 */
export const saying = <T>(wait: (set: SetLine) => Promise<T>): Promise<T> => ticking("at once", wait);

/** Does something with many, a few at a time. Where that takes longer than half a minute, it prints how many are done. */
export function withEach<T, R>(
  what: string,
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  return ticking("later", (set) => {
    let done = 0;
    set(() => `${what}: ${done} of ${items.length} done`);
    return mapLimited(items, limit, async (item) => {
      const result = await work(item);
      done += 1;
      return result;
    });
  });
}

/**
 * A line on what is not as it should be yet: how many of how many, and the first of them.
 *
 * @param what What they are, after their number: `paths are cut`.
 */
export function problemsLine<T>(
  what: string,
  problemsOf: (seen: T) => readonly Diagnostic[],
  all: (seen: T) => number,
): (seen: T) => string {
  return (seen) => {
    const [first, ...others] = problemsOf(seen);
    const number = 1 + others.length;
    // A cluster without agents is a problem that is not among what was looked at.
    const of = `${number} of ${String(Math.max(number, all(seen)))}`;
    return first === undefined ? `waiting: ${what}` : `${of} ${what}, first: ${formatDiagnostic(first)}`;
  };
}

/**
 * Looks again and again until it has seen enough or the time is up, and at least once. Gives what it has seen last: whether that is enough is
 * for the caller to judge. The last look begins when the time is up, so that looks that take long, at thousands of
 * agents, do not take from the time that the cluster was given.
 *
 * @param waiting What is said while that is not enough yet.
 */
export function until<T>(
  deadline: number,
  look: () => Promise<T>,
  enough: (seen: T) => boolean,
  waiting: (seen: T) => string,
): Promise<T> {
  const limit = `at most ${durationText(Math.max(0, deadline - Date.now()))}`;
  return saying(async (set) => {
    for (;;) {
      const begun = Date.now();
      const seen = await look();
      if (enough(seen) || begun >= deadline) return seen;
      set(() => waiting(seen), limit);
      await delay(POLL_MS);
    }
  });
}
