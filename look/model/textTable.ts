import { cut, printable } from "../../components/basics/model/printable";

const LONGEST_CELL = 120;

/** How many columns of a terminal a text takes: wide characters take two. */
export function textWidth(text: string): number {
  const wide = text.match(
    /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/gu,
  );
  return Array.from(text.replace(/\p{M}/gu, "")).length + (wide?.length ?? 0);
}

/** A text of others as a cell: one line, bounded, and nothing in it commands a terminal. */
export const cell = (text: string): string => cut(printable(text), LONGEST_CELL);

const padded = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - textWidth(text)));

/**
 * Lines with aligned columns under a heading.
 *
 * @param paint Colours a finished cell, which keeps its width.
 */
export function textTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  paint: (text: string, column: number) => string = (text) => text,
): readonly string[] {
  if (rows.length === 0) return ["(none)"];
  const shown = rows.map((row) => row.map(cell));
  const widths = heading.map((title, column) =>
    Math.max(textWidth(title), ...shown.map((row) => textWidth(row[column] ?? ""))),
  );
  const line = (row: readonly string[], colour: (text: string, column: number) => string) =>
    row
      .map((text, column) => {
        const isLast = column === row.length - 1;
        const whole = isLast ? text : padded(text, widths[column] ?? 0);
        return whole.replace(text, () => colour(text, column));
      })
      .join("  ")
      .trimEnd();
  return [line(heading, (text) => text), ...shown.map((row) => line(row, paint))];
}
