import type { CaSource } from "../../components";
import type { DemoChoice } from "../../components/demo/model/demo";
import type { Configuration } from "../configuration/schema";
import { caSource } from "../roles/caSource";
import { managedClusters, WHOLE_MESH, type Role } from "../roles/role";
import { stackOwner } from "./owner";

/** What a run has of a stack beside its configuration. */
export interface Environment {
  /** Who signs. */
  readonly authority: CaSource;
  /** Whose what this stack makes is. */
  readonly owner: string;
  /** The clusters that this stack looks after, by name. */
  readonly managed: readonly string[];
  /** Absent for none. */
  readonly demo?: DemoChoice;
}

/** The environment of a stack with this configuration of the whole mesh. */
export function toEnvironment(configuration: Configuration, role: Role = WHOLE_MESH): Environment {
  const managed = managedClusters(role, configuration);
  const demo = chosenDemo(configuration, managed);
  return {
    authority: caSource(configuration, role),
    owner: configuration.owner ?? stackOwner(),
    managed,
    ...(demo === undefined ? {} : { demo }),
  };
}

/** The demo, in the first two of these clusters by name unless it names its own. */
function chosenDemo({ demo }: Configuration, managed: readonly string[]): DemoChoice | undefined {
  const [first = "", second = ""] = [...managed].sort();
  return demo === false ? undefined : { clusters: [first, second], ...(demo === true ? {} : demo) };
}
