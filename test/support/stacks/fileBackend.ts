import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Pulumi's file backend writes a state in one go, and beside it a small file of attributes that it does not: a kill can leave that one empty,
 * and the state, which is whole, is not read (`failed to load checkpoint: EOF`) until the empty file is gone.
 *
 * @returns Whether there was one.
 */
export async function removeEmptyAttributes(stateDir: string, stack: string): Promise<boolean> {
  const empty = await emptyAttributes(stateDir, stack);
  await Promise.all(empty.map((file) => rm(file)));
  return empty.length > 0;
}

/** Whether the attributes of a stack are empty: a run is writing them, or was killed while it did. */
export async function hasEmptyAttributes(stateDir: string, stack: string): Promise<boolean> {
  return (await emptyAttributes(stateDir, stack)).length > 0;
}

async function emptyAttributes(stateDir: string, stack: string): Promise<readonly string[]> {
  const files = (await readdir(stateDir, { recursive: true })).filter(
    (file) => file.endsWith(".attrs") && file.includes(stack),
  );
  const sizes = await Promise.all(files.map(async (file) => ({ file, size: (await stat(join(stateDir, file))).size })));
  return sizes.filter(({ size }) => size === 0).map(({ file }) => join(stateDir, file));
}
