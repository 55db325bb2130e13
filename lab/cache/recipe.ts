/** One thing that the lab is made of, and how it is got. */
export type Recipe = GoBuild | GoSources | DebianPackages;

/** Programs from tagged Go modules, built in a module of the lab's own that requires just these. */
export interface GoBuild {
  readonly kind: "go-build";
  readonly name: string;
  readonly version: string;
  readonly require: Readonly<Record<string, string>>;
  /** Module → version that takes its place whatever the others ask for. */
  readonly replace?: Readonly<Record<string, string>>;
  /** Module → Go source that stands in for one that is not needed for what the lab does. */
  readonly stubs?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly ldflags: readonly string[];
  /** Built in this order; each finds what the ones before it compiled. */
  readonly programs: readonly GoProgram[];
}

/** One program of a {@link GoBuild}. */
export interface GoProgram {
  /** Its file name. */
  readonly name: string;
  /** Import path of its `main`. */
  readonly package: string;
  /** Usual time on two idle cores with an empty Go cache; for the progress line only. */
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
