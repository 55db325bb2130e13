import { validateArgs } from "../../components";
import type { Diagnostic } from "../../components/mesh/model/diagnostic";
import type { ReadConfiguration } from "../configuration/configuration";
import { WHOLE_MESH, type Role } from "../roles/role";
import { toEnvironment, type Environment } from "./environment";
import { adoptedEndings, shortenedLeaves, weakCas } from "./rotation";
import { secretSize } from "./secretSize";

/** What a configuration comes to before any cluster is asked; without an environment where nothing of it can be read. */
export interface OnPaper {
  readonly environment?: Environment;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Everything that is wrong with a mesh by its configuration, the same in a stack of every role. Parts that cannot be read do not keep the rest
 * from being checked.
 */
export function checkOnPaper(
  { readable, unreadableClusters, problems: unreadable }: ReadConfiguration,
  now: Date,
  role: Role = WHOLE_MESH,
): OnPaper {
  if (readable === undefined) {
    return { diagnostics: unreadable };
  }
  const { environment, problems } = toEnvironment(readable, now, role);
  const { spec, settings, demo, managed } = environment;
  const judged = new Set(["", ...Object.keys(spec.clusters), ...unreadableClusters]);
  // With clusters left out, how many there are cannot be judged, nor which of them the demo takes; a name that none of them has is wrong.
  const aboutTheWhole = ({ cluster, property, value }: Diagnostic) =>
    unreadableClusters.length > 0 &&
    cluster === undefined &&
    (property === "clusters" || (/^demo\.(server|client)Cluster$/.test(property) && judged.has(String(value))));
  const together = validateArgs(spec, settings, demo, managed).filter((problem) => !aboutTheWhole(problem));
  return {
    environment,
    diagnostics: [
      ...unreadable,
      ...problems,
      ...together,
      ...weakCas(readable),
      ...adoptedEndings(readable, now),
      ...secretSize(readable, environment),
      ...shortenedLeaves(readable, environment, now),
    ],
  };
}
