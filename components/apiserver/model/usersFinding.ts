import type { CiliumObjects } from "../../cilium/model/agentConfig";
import type { Finding } from "../../mesh/model/diagnostic";
import { UnreadableUsers } from "./usersFile";
import { REMOTE_USERS } from "./objects";
import { USERS_KEY, usersName } from "./usersObject";
import { UsersRefused } from "./usersPlan";

/**
 * What a person is told of a ConfigMap of users that must not be written to, or cannot be: its cluster, its name, and what to do.
 *
 * @param kubectl How a person calls it for this cluster.
 * @param failure What planning has thrown. @returns `undefined` for what is no fault of the ConfigMap's.
 */
export function usersFinding(
  cluster: string,
  kubectl: string,
  cilium: Pick<CiliumObjects, "namespace">,
  failure: unknown,
): Finding | undefined {
  const name = usersName(cilium);
  if (failure instanceof UsersRefused) {
    const { property, ...rest } = failure.finding;
    return { cluster, ...rest, property: `${name} ${property}` };
  }
  if (!(failure instanceof UnreadableUsers)) return undefined;
  return {
    cluster,
    property: `${name} ${USERS_KEY}`,
    reason: `${failure.message}; nothing was written to it`,
    fix: `correct it (${kubectl} edit configmap ${REMOTE_USERS} -n ${cilium.namespace}), or have Helm write it again, and run this again`,
  };
}
