import { existsSync } from "node:fs";
import { forEachLimited } from "../host/waitFor";
import { addEntries, entryFolder, withRoom } from "./cacheEntries";
import { unpackDebian } from "./debian";
import { finishedPrograms, goBuild } from "./goBuild";
import { goSources } from "./goSources";
import { type BuildJob, describeFetch, type Fetch, jobsFor, programsOf } from "./jobs";
import { type Log, withParts, withProgress } from "./progress";
import { programsIn, type Recipe } from "./recipe";
import { recipeKey, type Toolchain } from "./recipeKey";

/** Where the recipe's result is or will be. */
export const recipeFolder = (recipe: Recipe, toolchain: Toolchain): string => entryFolder(recipeKey(recipe, toolchain));

/** Whether the recipe's result is in the cache with all of its programs: whatever clears caches may have taken some. */
export function isMade(recipe: Recipe, toolchain: Toolchain): boolean {
  const folder = recipeFolder(recipe, toolchain);
  return [folder, ...programsIn(recipe, folder)].every((path) => existsSync(path));
}

/** Makes the results of recipes that are not in the cache. */
export async function ensureRecipes(recipes: readonly Recipe[], toolchain: Toolchain, log: Log): Promise<void> {
  const missing = (): readonly Recipe[] => recipes.filter((recipe) => !isMade(recipe, toolchain));
  if (missing().length === 0) return;
  await withRoom("builds", log, async () => {
    const { builds, fetches } = jobsFor(missing());
    const ended = await Promise.allSettled([buildAll(builds, toolchain, log), fetchAll(fetches, toolchain, log)]);
    // The other one has ended too: what it made is kept, and nothing runs without the lock.
    for (const one of ended) if (one.status === "rejected") throw one.reason;
  });
}

/** While one still downloads modules, a shorter one compiles what both need of Go's own library. */
const AT_A_TIME = 2;

async function buildAll(jobs: readonly BuildJob[], toolchain: Toolchain, log: Log): Promise<void> {
  if (jobs.length === 0) return;
  const programs = jobs.flatMap(programsOf);
  const what = programs.length === 1 ? programs.map(({ name }) => name).join() : `${programs.length} programs`;
  const parts = programs.map(({ name, minutes }) => ({ name, usualSeconds: minutes * 60 }));
  const finished = new Set<string>();
  const scratches: string[] = [];
  const look = async (): Promise<ReadonlySet<string>> => {
    for (const scratch of scratches) {
      for (const { name } of await finishedPrograms(programs, scratch)) finished.add(name);
    }
    return finished;
  };
  const build = async (job: BuildJob): Promise<void> => {
    const keys = new Map(job.recipes.map((recipe) => [recipe, recipeKey(recipe, toolchain)]));
    await addEntries("builds", [...keys.values()], async (target, scratch) => {
      scratches.push(scratch);
      await goBuild(job.module, new Map([...keys].map(([recipe, key]) => [recipe, target(key)])), scratch);
      for (const { name } of programsOf(job)) finished.add(name);
    });
  };
  await withParts(log, `building ${what}`, parts, look, () => forEachLimited(jobs, AT_A_TIME, build));
}

async function fetchAll(recipes: readonly Fetch[], toolchain: Toolchain, log: Log): Promise<void> {
  for (const recipe of recipes) {
    const key = recipeKey(recipe, toolchain);
    await withProgress(log, `fetching ${describeFetch(recipe)}`, recipe.minutes * 60, () =>
      addEntries("builds", [key], (target, scratch) =>
        recipe.kind === "debian"
          ? unpackDebian(recipe, target(key), scratch, log)
          : goSources(recipe, target(key), scratch),
      ),
    );
  }
}
