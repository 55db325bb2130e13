import { shortHash } from "../host/files";
import { GO_VERSION } from "./goModules";
import type { GoModule, Recipe } from "./recipe";

/** What of this machine decides the result, beside the recipe. */
export interface Toolchain {
  /** Like `go1.26.8`. */
  readonly go: string;
  /** Like `linux/x64`. */
  readonly platform: string;
  /** Like `debian bookworm`: where Debian packages come from. */
  readonly distribution: string;
}

/** The flags that every build gets. */
export const GO_FLAGS = "-mod=mod -buildvcs=false";
/** `-s -w` leaves out what debuggers need, a third of each file; so the compiler need not write it, a seventh of its time. */
export const COMMON_LDFLAGS = ["-s", "-w"] as const;
export const GCFLAGS = "all=-dwarf=false";

/** go.mod of the module in which programs are built. */
export function goMod({ name, require, replace = {}, stubs = {} }: GoModule): string {
  return [
    `module lab.invalid/${name}`,
    `go ${GO_VERSION}`,
    ...Object.entries(require).map(([module, version]) => `require ${module} ${version}`),
    ...Object.entries(replace).map(([module, version]) => `replace ${module} => ${module} ${version}`),
    ...Object.keys(stubs).map((module) => `replace ${module} => ./${stubFolder(module)}`),
    "",
  ].join("\n\n");
}

/** Where a stub's module lies beside the go.mod. */
export const stubFolder = (module: string): string => `stubs/${module}`;

/** Everything that decides what comes out of a recipe; how long it takes does not. */
function ingredients(recipe: Recipe, { go, platform, distribution }: Toolchain): unknown {
  const { kind, version } = recipe;
  switch (recipe.kind) {
    case "go-build": {
      const { module } = recipe;
      const programs = recipe.programs.map((program) => [program.name, program.package]);
      const flags = [module.tags, module.ldflags, COMMON_LDFLAGS, GCFLAGS, GO_FLAGS];
      return [kind, version, goMod(module), module.stubs, programs, flags, go, platform];
    }
    case "go-sources":
      return [kind, version, recipe.module, recipe.folders];
    case "debian":
      return [kind, version, recipe.packages, recipe.programs, platform, distribution];
  }
}

/** Name of the recipe's folder in the cache: readable, and another one as soon as any ingredient changes. */
export function recipeKey(recipe: Recipe, toolchain: Toolchain): string {
  return `${recipe.name}-${recipe.version}-${shortHash(JSON.stringify(ingredients(recipe, toolchain)))}`;
}
