import type { CiliumObjects } from "../../cilium/model/agentConfig";
import { objectName, type ManagedObject } from "../../kubernetes/model/managedObject";
import { REMOTE_USERS } from "./objects";

/** The key in it. */
export const USERS_KEY = "users.yaml";

/** Annotation that tells which entries of it are this project's, of which stack, and what cannot be seen in it of how it was before. */
export const USERS_ANNOTATION = "cilium-clustermesh/users";

/** The ConfigMap of a cluster. */
export const usersObject = ({ namespace }: Pick<CiliumObjects, "namespace">): ManagedObject => ({
  resource: "configmaps",
  name: REMOTE_USERS,
  namespace,
});

/** What the step has to be allowed on that object, all of it by its name: it creates by an apply. */
export const USERS_VERBS = ["get", "create", "patch", "delete"] as const;

/** The ConfigMap as a person names it. */
export const usersName = ({ namespace }: Pick<CiliumObjects, "namespace">): string =>
  objectName({ kind: "ConfigMap", name: REMOTE_USERS, namespace });
