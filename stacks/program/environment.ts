import type { CaSource } from "../../components";
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
}

/** The environment of a stack with this configuration of the whole mesh. */
export function toEnvironment(configuration: Configuration, role: Role = WHOLE_MESH): Environment {
  return {
    authority: caSource(configuration, role),
    owner: configuration.owner ?? stackOwner(),
    managed: managedClusters(role, configuration),
  };
}
