import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../host/folders";
import { withLock } from "../host/lock";
import { unpackDebian } from "./debian";
import { goBuild, goSources } from "./goBuild";
import type { Log } from "./progress";
import { recipeKey, type Toolchain } from "./recipeKey";
import type { Recipe } from "./recipe";

const DRAFT = ".draft-";

function make(recipe: Recipe, target: string, scratch: string, log: Log): Promise<void> {
  switch (recipe.kind) {
    case "go-build":
      return goBuild(recipe, target, scratch, log);
    case "go-sources":
      return goSources(recipe, target, scratch, log);
    case "debian":
      return unpackDebian(recipe, target, scratch, log);
  }
}

/** Where the recipe's result is or will be. */
export const recipeFolder = (recipe: Recipe, toolchain: Toolchain): string =>
  join(cacheFolder(), "builds", recipeKey(recipe, toolchain));

/** The folder with the recipe's result, made when it is not in the cache. */
export const ensureRecipe = (recipe: Recipe, toolchain: Toolchain, log: Log): Promise<string> =>
  ensureCached(recipeKey(recipe, toolchain), `${recipe.name} ${recipe.version}`, log, (target, scratch) =>
    make(recipe, target, scratch, log),
  );

/**
 * The folder of the cache with this key, made when it is not there. One build at a time on this machine: each takes all cores.
 * The result appears under its name only when it is complete.
 */
export async function ensureCached(
  key: string,
  what: string,
  log: Log,
  fill: (target: string, scratch: string) => Promise<void>,
): Promise<string> {
  const builds = join(cacheFolder(), "builds");
  const folder = join(builds, key);
  if (existsSync(folder)) return folder;
  const waiting = (): void => {
    log(`waiting for another process that fills the cache (for ${what})`);
  };
  await withLock("builds", waiting, async () => {
    if (existsSync(folder)) return;
    await mkdir(builds, { recursive: true });
    // With the lock held, a draft can only be what a dead process left.
    for (const entry of await readdir(builds)) {
      if (entry.startsWith(DRAFT)) await rm(join(builds, entry), { recursive: true, force: true });
    }
    const draft = await mkdtemp(join(builds, DRAFT));
    try {
      const [target, scratch] = [join(draft, "result"), join(draft, "scratch")];
      await mkdir(scratch);
      await fill(target, scratch);
      await rename(target, folder);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
  return folder;
}
