/**
 * What an error has said beside what went wrong: `saysWhatToRun`, so that nobody has to add it; `faultOfProgram`, where a person can set nothing right
 * and run nothing again.
 */
export type Ending = "saysWhatToRun" | "faultOfProgram";

/** An error that knows how its words end. What it quotes of others has no say in that. */
export class EndedError extends Error {
  constructor(
    message: string,
    readonly ending: Ending,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Errors that were made of others, one of the other; no more are looked at. */
const MOST_CAUSES = 10;

/** How the words of an error end, or of the one that it was made of; `undefined` where they say only what went wrong. */
export function endingOf(error: unknown): Ending | undefined {
  let each = error;
  for (let seen = 0; seen < MOST_CAUSES && each instanceof Error; seen++) {
    if (each instanceof EndedError) return each.ending;
    each = each.cause;
  }
  return undefined;
}
