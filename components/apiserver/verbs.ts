import { z } from "zod";
import { firstFew } from "../basics/model/bounded";
import { ciliumObjects } from "../cilium/model/agentConfig";
import { progress, type Verbs } from "../command/protocol";
import { leavingFailure } from "../identity/model/leavingAdvice";
import { refuseOtherCluster } from "../identity/otherCluster";
import type { ClusterApi, Contact } from "../kubernetes/clusterApi";
import { KubectlError } from "../kubernetes/kubectlError";
import { parseGranted } from "./model/grantedUsers";
import { usersName } from "./model/usersObject";
import { grantInConfigMap, revokeInConfigMap, type UsersOwner } from "./usersConfigMap";

/** The input of the verbs. */
export const apiserverInput = z.object({
  cluster: z.object({ name: z.string(), context: z.string().optional() }),
  cilium: ciliumObjects,
  /** Users of the peers, by the common names of their certificates. */
  users: z.array(z.string()).default([]),
  owner: z.string(),
  /** Which cluster this was when it joined; absent where nothing was recorded. */
  clusterUid: z.string().optional(),
  /** No verb contacts a lost cluster. */
  lost: z.boolean().default(false),
});

/** What they are given. */
export type ApiserverInput = z.infer<typeof apiserverInput>;

/** Uses the cluster that was recorded, and no other one. What kubectl fails with is said of it. */
export async function onRecordedCluster<T>(
  { cluster, clusterUid }: Pick<ApiserverInput, "cluster" | "clusterUid">,
  contact: Contact,
  use: (api: ClusterApi) => Promise<T>,
): Promise<T> {
  try {
    return await contact(async (api) => {
      if (clusterUid !== undefined) await refuseOtherCluster(api, cluster.name, clusterUid);
      return use(api);
    });
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    throw leavingFailure(cluster.name, error);
  }
}

/** The verbs of a lost cluster: its users are let be. What is known of them is kept, should the cluster return. */
function lostVerbs({ cluster, cilium }: ApiserverInput, previous: string): Verbs {
  return {
    grantUsers: () => Promise.resolve(previous),
    revokeUsers: () => {
      const { added } = parseGranted(previous) ?? { added: [] };
      if (added.length > 0) {
        progress(`cluster ${JSON.stringify(cluster.name)}: ${usersName(cilium)} keeps ${firstFew(added).join(", ")}`);
      }
      return Promise.resolve("");
    },
  };
}

/**
 * The verbs of the users in a cluster that publishes through clustermesh-apiserver.
 *
 * @param contact Opens the cluster.
 * @param previous What the same resource's last verb printed; empty before the first.
 */
export function apiserverVerbs(input: ApiserverInput, contact: Contact, previous: string): Verbs {
  if (input.lost) return lostVerbs(input, previous);
  const { cluster, cilium, owner } = input;
  const users = (): UsersOwner => ({ cluster: cluster.name, cilium, owner, last: parseGranted(previous) });
  return {
    /** Gives exactly the peers a user, and prints which. */
    grantUsers: async () => {
      const ours = users();
      return JSON.stringify(await onRecordedCluster(input, contact, (api) => grantInConfigMap(api, ours, input.users)));
    },
    /** Takes away what `grantUsers` has given, and nothing else. */
    revokeUsers: async () => {
      const ours = users();
      await onRecordedCluster(input, contact, (api) => revokeInConfigMap(api, ours));
      return "";
    },
  };
}
