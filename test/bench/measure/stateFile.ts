import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const checkpoint = z.object({
  checkpoint: z.object({
    latest: z.object({ resources: z.array(z.object({ type: z.string() })).default([]) }).nullish(),
  }),
});

/** A stack's state, as the file backend keeps it. */
export interface StateFile {
  readonly bytes: number;
  readonly resources: number;
  /** How many resources of each type. */
  readonly types: Readonly<Record<string, number>>;
}

/** Looks at the state of a stack; a stack that was never up has an empty one. */
export async function stateFile(stateDir: string, stack: string): Promise<StateFile> {
  const text = await readFile(join(stateDir, ".pulumi", "stacks", "clustermesh", `${stack}.json`), "utf8");
  const resources = checkpoint.parse(JSON.parse(text)).checkpoint.latest?.resources ?? [];
  const counts = new Map<string, number>();
  resources.forEach(({ type }) => counts.set(type, (counts.get(type) ?? 0) + 1));
  return { bytes: Buffer.byteLength(text), resources: resources.length, types: Object.fromEntries(counts) };
}
