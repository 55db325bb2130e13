import { setTimeout as delay } from "node:timers/promises";
import { mapLimited } from "../basics/mapLimited";
import { cutText } from "../basics/model/bounded";
import { formatDiagnostic, type Diagnostic } from "../mesh/model/diagnostic";
import { progress } from "./protocol";

const POLL_MS = 1000;
const EVERY_MS = 30_000;
/** What takes hours is told less often: the lines are kept in the state. */
const SHARE_OF_TIME = 20;
const LINE_BYTES = 240;

const begin = Date.now();

/** Says what is waited for, again and again until it is ended. */
interface Ticker {
  /** What there is to say by now. Said at once the first time, unless it is to be said later only. */
  readonly set: (line: () => string) => void;
  readonly end: () => void;
}

function ticker(first: "at once" | "later"): Ticker {
  let line: (() => string) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const say = () => {
    if (line !== undefined) progress(cutText(line(), LINE_BYTES), "wait");
  };
  const wind = () => {
    const pause = Math.max(EVERY_MS, (Date.now() - begin) / SHARE_OF_TIME);
    timer = setTimeout(() => {
      say();
      wind();
    }, pause);
  };
  const set = (next: () => string) => {
    const isFirst = line === undefined;
    line = next;
    if (!isFirst) return;
    if (first === "at once") say();
    wind();
  };
  const end = () => {
    clearTimeout(timer);
  };
  return { set, end };
}

/**
 * Has a wait say what it is for: at once, and every half minute until it is over, even while one question to a cluster takes longer than that.
 *
 * @param wait Gets what sets the line that is said.
 */
export async function saying<T>(wait: (set: Ticker["set"]) => Promise<T>): Promise<T> {
  const { set, end } = ticker("at once");
  try {
    return await wait(set);
  } finally {
    end();
  }
}

/** Does something with many, a few at a time. What takes longer than half a minute says how many are done. */
export async function withEach<T, R>(
  what: string,
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  let done = 0;
  const { set, end } = ticker("later");
  set(() => `${what}: ${String(done)} of ${String(items.length)} done`);
  try {
    return await mapLimited(items, limit, async (item) => {
      const result = await work(item);
      done += 1;
      return result;
    });
  } finally {
    end();
  }
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
    const of = `${String(number)} of ${String(Math.max(number, all(seen)))}`;
    return first === undefined ? `waiting: ${what}` : `${of} ${what}, first: ${formatDiagnostic(first)}`;
  };
}

/**
 * Looks again and again until it has seen enough or the time is up, and at least once. Gives what it has seen last: whether that is enough is
 * for the caller to say, who knows what to do if not. The last look begins when the time is up, so that looks that take long, at thousands of
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
  return saying(async (set) => {
    for (;;) {
      const begun = Date.now();
      const seen = await look();
      if (enough(seen) || begun >= deadline) {
        return seen;
      }
      set(() => waiting(seen));
      await delay(POLL_MS);
    }
  });
}
