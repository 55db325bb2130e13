import { chmod, cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { run } from "../host/run";
import { goEnvironment } from "./goEnvironment";
import type { GoSources } from "./recipe";

/** `go` keeps its module cache read-only; a copy must be removable. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    await (entry.isDirectory() ? makeWritable(path) : chmod(path, 0o644));
  }
}

const ANSWER = z.object({ Dir: z.string() });

/** Copies the recipe's folders of its module into `target`. */
export async function goSources(recipe: GoSources, target: string, scratch: string): Promise<void> {
  const module = `${recipe.module}@${recipe.version}`;
  const { stdout } = await run("go", ["mod", "download", "-json", module], { cwd: scratch, env: goEnvironment() });
  const answer = ANSWER.safeParse(JSON.parse(stdout));
  if (!answer.success) throw new Error(`go mod download ${module}: no "Dir" in its answer:\n${stdout}`);
  for (const [name, folder] of Object.entries(recipe.folders)) {
    const copy = join(target, name);
    await cp(join(answer.data.Dir, folder), copy, { recursive: true });
    await makeWritable(copy);
  }
}
