import type { DebianPackages, GoBuild, GoModule, GoProgram, GoSources, Recipe } from "./recipe";

/** Programs of one module, built by one call of `go`. */
export interface BuildJob {
  readonly module: GoModule;
  readonly recipes: readonly GoBuild[];
}

/** A recipe whose result is fetched. */
export type Fetch = GoSources | DebianPackages;

/** What has to be done for some recipes. Builds keep all cores busy; what is fetched waits for the network, beside them. */
export interface Jobs {
  /** The shortest first. */
  readonly builds: readonly BuildJob[];
  readonly fetches: readonly Fetch[];
}

/** All programs of a job, in the order in which they are built. */
export const programsOf = ({ recipes }: BuildJob): readonly GoProgram[] => recipes.flatMap(({ programs }) => programs);

const minutes = (job: BuildJob): number => programsOf(job).reduce((sum, program) => sum + program.minutes, 0);

/** Sorts recipes into jobs. */
export function jobsFor(recipes: readonly Recipe[]): Jobs {
  const builds = recipes.filter((recipe) => recipe.kind === "go-build");
  const modules = [...new Set(builds.map(({ module }) => module))];
  return {
    builds: modules
      .map((module) => ({ module, recipes: builds.filter((recipe) => recipe.module === module) }))
      .sort((one, other) => minutes(one) - minutes(other)),
    fetches: recipes.filter((recipe) => recipe.kind !== "go-build"),
  };
}

const FEW = 4;

/** What is fetched for a recipe, in words. */
export function describeFetch(recipe: Fetch): string {
  if (recipe.kind === "go-sources") return `${recipe.module} ${recipe.version}`;
  const { packages, name } = recipe;
  return packages.length <= FEW ? packages.join(", ") : `${packages.length} Debian packages for ${name}`;
}
