import { cut, printable } from "../../components/basics/model/printable";

/** What draws over its neighbours, or takes room without being seen. */
const MARKS_AND_BLANKS = /[\p{M}\u115f\u1160\u2800\u3164\uffa0]|(?! )\p{Zs}/gu;

const escaped = (character: string) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

const LONGEST = 600;

/**
 * A text of a cluster, of a preview or of a file as one line for a block of code: nothing in it ends the block or the line, hides, or turns round.
 * Backticks become apostrophes.
 */
export function inert(text: string, longest = LONGEST): string {
  const line = printable(cut(text, longest)).replaceAll("`", "'").replace(MARKS_AND_BLANKS, escaped);
  // No character is cut in two.
  return cut(line, longest).replace(/[\ud800-\udbff](?=\.\.\.$)/, "");
}

/**
 * The same as a span of code: there neither GitHub nor GitLab looks for Markdown, HTML, links, mentions or references. Entities and backslashes would not
 * do, for mentions and references are looked for after these are read.
 */
export function code(text: string, longest = LONGEST): string {
  const line = inert(text, longest);
  return `\`${line === "" ? "(empty)" : line}\``;
}

/** The beginning and the end of a block of code around lines; no line in it is one of GitLab's quick actions. */
export const FENCE = { begin: "```diff", end: "```" } as const;

/** A line inside of {@link FENCE}. */
export function fenced(line: string): string {
  const shown = inert(line);
  return /^\s*\//.test(shown) ? `· ${shown}` : shown;
}
