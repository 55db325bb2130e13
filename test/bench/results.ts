import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { seenSchema } from "./measure/seen";

/** What was measured, in the order in which tables show it. */
export const OPERATIONS = [
  "preview",
  "first up",
  "no-op up",
  "cluster removed",
  "cluster added",
  "endpoint changed",
  "destroy",
  "apply",
] as const;

/** When the file backend writes the state: after every step, or once when all is done. */
export const CHECKPOINTS = ["every step", "at the end"] as const;

const rowSchema = z.object({
  /** What did it: the mesh in one stack, the objects alone, a trivial program. */
  mode: z.string(),
  clusters: z.number(),
  operation: z.enum(OPERATIONS),
  checkpoints: z.enum(CHECKPOINTS).optional(),
  at: z.string(),
  wallSeconds: z.number(),
  cpuSeconds: z.number(),
  seen: seenSchema.optional(),
  /** Resources in the state afterwards. */
  resources: z.number().optional(),
  /** Resources of each type, where something is compared by them. */
  types: z.record(z.string(), z.number()).optional(),
  /** Steps of the engine: what was registered, deleted and read. */
  steps: z.number().optional(),
  /** Requests to API servers, where no engine counts. */
  requests: z.number().optional(),
  stateBytes: z.number().optional(),
  /** How many clusters were compared with what they were before, and how many are the same. */
  restored: z.object({ compared: z.number(), same: z.number() }).optional(),
  /** What the CLI said, where it failed. */
  failed: z.string().optional(),
});

/** One operation at one size. */
export type Row = z.infer<typeof rowSchema>;
export type Operation = Row["operation"];
export type Checkpoints = NonNullable<Row["checkpoints"]>;

const resultsSchema = z.object({
  /** Day of the last run. */
  date: z.string(),
  machine: z.string(),
  versions: z.string(),
  /** What else has to be known of the rows; written by hand. */
  remark: z.string().optional(),
  rows: z.array(rowSchema),
});

/** All that is known: what the report is written from. */
export type Results = z.infer<typeof resultsSchema>;

export const NO_RESULTS: Results = { date: "", machine: "", versions: "", rows: [] };

const keyOf = ({ mode, clusters, operation, checkpoints }: Row): string =>
  [mode, clusters, operation, checkpoints ?? ""].join("/");

function place({ mode, clusters, checkpoints, operation }: Row): readonly [string, number, string, number] {
  return [mode, clusters, checkpoints ?? "", OPERATIONS.indexOf(operation)];
}

function inOrder(a: Row, b: Row): number {
  const [first, second] = [place(a), place(b)];
  const index = first.findIndex((each, at) => each !== second[at]);
  return index === -1 ? 0 : (first[index] ?? 0) < (second[index] ?? 0) ? -1 : 1;
}

/** Rows over older ones of the same mode, size and operation. The others stay. */
export function merged(older: readonly Row[], newer: readonly Row[]): readonly Row[] {
  const rows = new Map([...older, ...newer].map((row) => [keyOf(row), row] as const));
  return [...rows.values()].sort(inOrder);
}

/** Reads results; none where there is no file. @throws Error where it is none of this bench. */
export function readResults(file: string): Results {
  try {
    return resultsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return NO_RESULTS;
    }
    throw error;
  }
}

export function writeResults(file: string, results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
}
