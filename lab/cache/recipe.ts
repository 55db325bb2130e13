import { join } from "node:path";

/** One thing that the lab is made of, and how it is got. */
export type Recipe = GoBuild | GoSources | DebianPackages;

/**
 * The module of the lab's own in which programs are built: it requires what they are made of. Programs of one module are built by one call of
 * `go`, and what they share is compiled once.
 */
export interface GoModule {
  readonly name: string;
  readonly require: Readonly<Record<string, string>>;
  /** Module → version that takes its place whatever the others ask for. */
  readonly replace?: Readonly<Record<string, string>>;
  /** Module → folder in it → Go source: modules of our own, some in the place of ones that are not needed for what the lab does. */
  readonly stubs?: Readonly<Record<string, GoSource>>;
  readonly tags?: readonly string[];
  /** For all programs; the linker passes over variables of packages that a program does not have. */
  readonly ldflags: readonly string[];
}

/** Folder (`.` for the module's own) → the one file of its package. */
export type GoSource = Readonly<Record<string, string>>;

/** Programs from tagged Go modules. */
export interface GoBuild {
  readonly kind: "go-build";
  readonly name: string;
  readonly version: string;
  readonly module: GoModule;
  readonly programs: readonly GoProgram[];
}

/** One program of a {@link GoBuild}. */
export interface GoProgram {
  /** Its file name. */
  readonly name: string;
  /** Import path of its `main`. */
  readonly package: string;
  /** What it adds to the programs before it, on two idle cores with an empty Go cache; for the progress line only. */
  readonly minutes: number;
}

/** Folders out of a tagged Go module that are needed as files. */
export interface GoSources {
  readonly kind: "go-sources";
  readonly name: string;
  readonly version: string;
  readonly module: string;
  /** Name in the cache → folder in the module. */
  readonly folders: Readonly<Record<string, string>>;
  readonly minutes: number;
}

/** Debian packages, unpacked and not installed. What they depend on has to be listed too, unless the machine is sure to have it. */
export interface DebianPackages {
  readonly kind: "debian";
  readonly name: string;
  /** The least version that will do. */
  readonly version: string;
  readonly packages: readonly string[];
  /** File name → path in the unpacked tree. */
  readonly programs: Readonly<Record<string, string>>;
  readonly minutes: number;
}

/** Paths of a recipe's programs in the folder of its result. */
export const programsIn = (recipe: Recipe, folder: string): readonly string[] => {
  switch (recipe.kind) {
    case "go-build":
      return recipe.programs.map(({ name }) => join(folder, name));
    case "debian":
      return Object.values(recipe.programs).map((path) => join(folder, path));
    case "go-sources":
      return [];
  }
};
