function lineOf(frame: NodeJS.CallSite): string {
  const place = [frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()].map(String).join(":");
  return `    at ${frame.getFunctionName() ?? "<anonymous>"} (${place})`;
}

/**
 * Spares the program the stack traces that nobody asks for. The SDK takes one for every promise and every resource, in errors without a
 * message, and Pulumi's TypeScript loader looks up each line of it in source maps: a third of the time that the program of a large mesh takes,
 * and, in the state, a sixth of what a cluster takes. Errors that say something keep theirs, with the lines of the compiled sources.
 */
export function sparingStackTraces(): void {
  Error.prepareStackTrace = (error, frames) =>
    error.message === "" ? "" : [String(error), ...frames.map(lineOf)].join("\n");
}
