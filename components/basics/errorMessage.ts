/** An error's message, without its stack: it is shown to the user. */
export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
