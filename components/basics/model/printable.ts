const LONGEST_LINE = 10_000;
const MOST_LINES = 2000;

const LONGEST_QUOTED_LINE = 500;
const MOST_QUOTED_LINES = 200;

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}

/** The beginning of a text, where it is too long to be shown. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 3)}...` : text;
}

/**
 * A text as a line that reads as it is written. Names, values and messages of a cluster can hold anything: nothing in it begins another line,
 * turns round, hides, commands a terminal, or is a colour of Pulumi's.
 */
export function printable(text: string): string {
  return cut(text, LONGEST_LINE)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped)
    .replaceAll("<{%", `<${escaped("{")}%`);
}

/** The same of a text whose line breaks are meant. */
export function printableLines(text: string): string {
  const lines = text.split("\n");
  const shown = lines.slice(0, MOST_LINES).map(printable);
  const more = lines.length - shown.length;
  return [...shown, ...(more === 0 ? [] : [`... and ${more} lines more`])].join("\n");
}

/** What a program said, as it said it: each line is marked, so that none can be taken for one of ours. The last lines are kept. */
export function quoted(text: string): string {
  const lines = text.trimEnd().split("\n");
  const shown = lines
    .slice(-MOST_QUOTED_LINES)
    .map((line) => `| ${cut(line.replaceAll("\t", "    "), LONGEST_QUOTED_LINE)}`);
  const before = lines.length - shown.length;
  return [...(before === 0 ? [] : [`| ... ${before} lines before`]), ...shown.map(printable)].join("\n");
}

/** As JSON for people: nothing in its texts does more than be read. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === "string" ? printable(each) : each));
}
