import { byteLength, cutText } from "../../basics/model/bounded";

/*
 * What a command prints is kept in the state, and the Command hands it to the next run in two environment variables. Linux takes no longer
 * one than 128 KiB, and answers only E2BIG.
 */

/** The most that a command prints as its result. It is never cut: a longer one is an error. */
export const RESULT_BYTES = 32 * 1024;
/** The most that a failed command prints of its error. */
export const ERROR_BYTES = 8 * 1024;

/** What is said on the way: what a wait is for, what a person should look at, and the rest. Each has a share, so that none drowns the others. */
export type LineKind = "wait" | "warning" | "note";

const SHARES: Readonly<Record<LineKind, number>> = { wait: 14 * 1024, warning: 6 * 1024, note: 4 * 1024 };

const LINE_BYTES = 1024;

/** Lets lines through while there is room for them. */
export interface OutputBudget {
  /** The line as it may be said; `undefined` where its share is used up. */
  take(kind: LineKind, line: string): string | undefined;
  /** A line on what was left out; `undefined` where nothing was. */
  leftOut(): string | undefined;
}

/** A budget for one command. */
export function outputBudget(shares = SHARES): OutputBudget {
  const room = { ...shares };
  const left = { wait: 0, warning: 0, note: 0 };
  return {
    take(kind, line) {
      const said = cutText(line, LINE_BYTES);
      const rest = room[kind] - byteLength(said) - 1;
      if (rest < 0) {
        left[kind] += 1;
        return undefined;
      }
      room[kind] = rest;
      return said;
    },
    leftOut() {
      const all = left.wait + left.warning + left.note;
      const warnings = left.warning === 0 ? "" : `, ${left.warning} of them warnings`;
      return all === 0 ? undefined : `… ${all} lines more were left out${warnings}`;
    },
  };
}

/** The kind of a line that is no wait's. */
export const kindOf = (line: string): LineKind => (line.startsWith("warning:") ? "warning" : "note");
