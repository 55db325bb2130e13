import { mesh } from "./mesh";
import type { Mode } from "./mode";
import { split } from "./split";
import { trivial } from "./trivial";

/** The ways that are measured, in the order in which a size goes through them: a later one may need the rows of an earlier one. */
export const MODES: readonly Mode[] = [mesh, trivial, split];
