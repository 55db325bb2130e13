import type { PulumiStack } from "../support/stacks/pulumi";
import { table } from "../support/table";
import type { Narrator } from "./narrator";

type Row = Readonly<Record<string, unknown>>;

/** An output of the stack as a person reads it. */
export interface Shown {
  readonly output: string;
  readonly title: string;
  /** Columns in their order: Pulumi sorts the keys of an output. All of them, sorted, when left out. */
  readonly columns?: readonly string[];
}

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null;

/** Rows of an output; those of an object of lists carry its key as `cluster`. */
function rowsOf(value: unknown): readonly Row[] | undefined {
  if (Array.isArray(value)) return value.every(isRow) ? value : undefined;
  if (!isRow(value)) return undefined;
  return Object.entries(value).flatMap(([cluster, list]) =>
    (list as readonly Row[]).map((row) => ({ cluster, ...row })),
  );
}

function textOf(value: unknown, columns: readonly string[] | undefined): string {
  const rows = rowsOf(value);
  if (rows === undefined) return Array.isArray(value) ? value.join("\n") : String(value);
  const ordered = rows.map((row) =>
    columns === undefined ? row : Object.fromEntries(columns.map((column) => [column, row[column] ?? ""])),
  );
  return table(ordered);
}

/** What the stack says of itself, output by output; tables where an output is one. */
export async function showOutputs(tell: Narrator, stack: PulumiStack, shown: readonly Shown[]): Promise<void> {
  const outputs = await stack.outputs();
  for (const { output, title, columns } of shown) {
    tell.say(`\n${title}`);
    tell.quote(textOf(outputs[output], columns));
  }
}

export const CLUSTERS: Shown = {
  output: "clusters",
  title: "the clusters",
  columns: ["name", "id", "endpoints", "podCIDRs", "nodeCIDRs"],
};
