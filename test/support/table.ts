/** Rows as lines with aligned columns, the keys of the first row as heading. */
export function table(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const [first] = rows;
  if (first === undefined) {
    return "(none)";
  }
  const keys = Object.keys(first);
  const text = (value: unknown) => (Array.isArray(value) ? value.join(" ") : String(value));
  const lines = [keys, ...rows.map((row) => keys.map((key) => text(row[key])))];
  const widths = keys.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
