/** Colours for a terminal, or none. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly bold: (text: string) => string;
}

const plain = (text: string): string => text;
const inColour = (code: number) => (text: string) => (text === "" ? text : `\u001b[${code}m${text}\u001b[0m`);

export const PLAIN: Paint = { good: plain, bad: plain, faint: plain, bold: plain };
export const COLOURS: Paint = { good: inColour(32), bad: inColour(31), faint: inColour(2), bold: inColour(1) };

/** Colours where a person reads: on a terminal that has them, unless `NO_COLOR` is set to anything (no-color.org). */
export function paintFor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint {
  const isUnwanted = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return isTerminal && !isUnwanted ? COLOURS : PLAIN;
}
