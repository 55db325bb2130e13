/** A table in Markdown; numbers to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumber = (text: string | undefined) => text !== undefined && /^[-\d.,]+$/.test(text);
  const marks = head.map((_, column) => (rows.some((row) => isNumber(row[column])) ? "--:" : "---"));
  return [head, marks, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A number with a few digits that count. */
export function number(value: number | undefined, digits = 1): string {
  return value === undefined ? "" : value.toFixed(digits);
}
