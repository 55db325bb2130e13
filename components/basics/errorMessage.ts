/** An error's message, without its stack: it is shown to the user. */
export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The same in one line, to go on after it. */
export const errorLine = (error: unknown): string => errorMessage(error).replace(/\n\s*/g, " ");
