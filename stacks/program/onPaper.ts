import { present } from "../../components/basics/model/own";
import { MeshPlan } from "../../components";
import { validateDemo } from "../../components/demo/model/demo";
import { clustersOf } from "../../components/mesh/model/mesh";
import { info, type Diagnostic } from "../../components/mesh/model/diagnostic";
import type { ReadConfiguration } from "../configuration/configuration";
import { publishedProblems } from "../roles/caSource";
import { WHOLE_MESH, type Role } from "../roles/role";
import { meshDescription } from "./arguments";
import { toEnvironment, type Environment } from "./environment";

/** What a configuration comes to before any cluster is asked; without an environment where nothing of it can be read. */
export interface OnPaper {
  readonly environment?: Environment;
  /** Absent where the mesh cannot work. */
  readonly plan?: MeshPlan;
  readonly diagnostics: readonly Diagnostic[];
}

/** What could not be read was not checked either, here and live: a person who corrects it may hear of more. */
const notFurther = (cluster?: string): Diagnostic =>
  info({
    ...present({ cluster }),
    property: "configuration",
    reason: "was checked no further",
    fix: "correct what is said of it, and preview again",
  });

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
    return { diagnostics: [...unreadable, notFurther()] };
  }
  const environment = toEnvironment(readable, role);
  const judged = new Set(["", ...Object.keys(readable.clusters), ...unreadableClusters]);
  // With clusters left out, how many there are cannot be judged, nor which of them the demo takes; a name that none of them has is wrong.
  const aboutTheWhole = ({ cluster, property, value }: Diagnostic) =>
    unreadableClusters.length > 0 &&
    cluster === undefined &&
    (property === "clusters" || (property.startsWith("demo.clusters[") && judged.has(String(value))));
  const managed = clustersOf(readable.clusters).filter(({ name }) => environment.managed.includes(name));
  const { demo } = environment;
  const { plan, problems } = MeshPlan.check(meshDescription(readable, environment), environment.managed, now);
  const diagnostics = [
    ...unreadable,
    ...unreadableClusters.map(notFurther),
    ...publishedProblems(role, now),
    ...[...problems, ...(demo === undefined ? [] : validateDemo(demo, managed))].filter((each) => !aboutTheWhole(each)),
  ];
  return { environment, ...(plan === undefined ? {} : { plan }), diagnostics };
}
