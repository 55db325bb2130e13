import { setTimeout as delay } from "node:timers/promises";
import { formatProblem, type Problem } from "../model/problem";
import { progress } from "./protocol";

const POLL_MS = 1000;
const PROGRESS_MS = 10_000;

/** Passes on what is not enough yet, now and then: the first seconds of waiting are no news. */
function nowAndThen<T>(tell: (seen: T) => void): (seen: T) => void {
  let next = Date.now() + PROGRESS_MS;
  return (seen) => {
    if (Date.now() > next) {
      tell(seen);
      next = Date.now() + PROGRESS_MS;
    }
  };
}

/**
 * Tells now and then how many problems there still are, and the first of them.
 *
 * @param what What they are, after their number: `paths are cut`.
 */
export function tellProblems<T>(what: string, problemsOf: (seen: T) => readonly Problem[]): (seen: T) => void {
  return nowAndThen((seen) => {
    const [first, ...others] = problemsOf(seen);
    if (first !== undefined) {
      progress(`${String(1 + others.length)} ${what}, first: ${formatProblem(first)}`);
    }
  });
}

/**
 * Looks again and again until it has seen enough or the time is up, and at least once. Gives what it has seen last: whether that is enough is
 * for the caller to say, who knows what to do if not.
 *
 * @param meanwhile Told what is not enough yet.
 */
export async function until<T>(
  deadline: number,
  look: () => Promise<T>,
  enough: (seen: T) => boolean,
  meanwhile: (seen: T) => void = () => undefined,
): Promise<T> {
  for (;;) {
    const seen = await look();
    if (enough(seen) || Date.now() > deadline) {
      return seen;
    }
    meanwhile(seen);
    await delay(POLL_MS);
  }
}
