import type { Sampler } from "../measure/sampler";
import type { Checkpoints, Row } from "../results";
import type { World } from "../world/world";

/** What a mode measures with. */
export interface Bench {
  readonly world: World;
  readonly sampler: Sampler;
  /** Takes a result, as soon as it is there. */
  readonly record: (row: Row) => void;
  /** Everything recorded so far, of earlier runs too. */
  readonly rows: () => readonly Row[];
  readonly say: (line: string) => void;
  /** Hears which plugins it runs on. */
  readonly plugins: (line: string) => void;
}

/** One run of a mode. */
export interface Task {
  readonly clusters: number;
  readonly checkpoints: Checkpoints;
  /** Without the changes of a mesh that is up. */
  readonly quick: boolean;
}

/** A way to do it, measured at one size after the other. Another way is another file, and a line in `modes.ts`. */
export interface Mode {
  readonly name: string;
  /** Clusters that the world has to have for a size. */
  readonly worldSize: (clusters: number) => number;
  readonly run: (bench: Bench, task: Task) => Promise<void>;
}
