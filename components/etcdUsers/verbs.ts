import { z } from "zod";
import { firstFew } from "../basics/model/bounded";
import { clientCommonName } from "../certificates/model/certificates";
import { progress, type Verbs } from "../command/protocol";
import { withEach } from "../command/until";
import type { Contact } from "../kubernetes/clusterApi";
import { secretFiles } from "../peers/secretFiles";
import type { EtcdUsers } from "./etcdClient";
import { describeUsers, NO_USERS, parseUsersReport, USERS_STAY, type UsersReport } from "./model/etcdAuthentication";
import { PEER_ROLE, planGrant, planRevoke, widerUsers, type UserStep } from "./model/etcdUsers";

/** The input of the verbs. */
export const usersInput = z.object({
  cluster: z.string(),
  endpoints: z.array(z.string()),
  /** Users of the peers, by the common names of their certificates. */
  users: z.array(z.string()),
  /** Where the cluster has its peers' files; absent where it is not asked. */
  peers: z
    .object({ context: z.string().optional(), secret: z.object({ namespace: z.string(), name: z.string() }) })
    .optional(),
  /** No verb contacts a lost cluster. */
  lost: z.boolean().default(false),
});

type UsersInput = z.infer<typeof usersInput>;

function warn({ cluster }: UsersInput, text: string): void {
  progress(`warning: cluster ${JSON.stringify(cluster)}: ${text}`);
}

/** One after the other: the steps depend on each other. */
async function makeAll({ cluster }: UsersInput, etcd: EtcdUsers, steps: readonly UserStep[]): Promise<void> {
  await withEach(`cluster ${JSON.stringify(cluster)}: changes of etcd's users`, steps, 1, etcd.make);
}

async function grant(input: UsersInput, etcd: EtcdUsers, previous: string): Promise<UsersReport> {
  const { cluster, users } = input;
  await etcd.refuseApiServers();
  const live = await etcd.read();
  await makeAll(input, etcd, planGrant(cluster, users, live, parseUsersReport(previous).users));
  for (const { user, roles } of widerUsers(users, live)) {
    warn(
      input,
      `user ${user} has ${roles.join(", ")} beside ${PEER_ROLE}, more than a peer needs; etcdctl user revoke-role takes it away`,
    );
  }
  const report: UsersReport = { auth: (await etcd.isEnforced()) ? "enforced" : "off", users };
  if (report.auth === "off") warn(input, `users of peers are ${describeUsers(report)}`);
  return report;
}

/**
 * Whether the cluster still has files of those whose users these are: where it leaves, or the mesh goes, they have gone before. A mesh is
 * mutual, so who is a peer of it has it for a peer.
 */
async function hasPeers({ cluster, peers }: UsersInput, contact: Contact, made: readonly string[]): Promise<boolean> {
  if (peers === undefined) return false;
  const { namespace, name } = peers.secret;
  const files = await contact((api) => secretFiles(api, namespace, name));
  return [...files].some((file) => file !== cluster && made.includes(clientCommonName(file)));
}

/** Removes users that nobody needs any more: those of peers stay while etcd holds peers to them. */
async function revoke(input: UsersInput, etcd: EtcdUsers, contact: Contact, previous: string): Promise<void> {
  const made = [...input.users, ...parseUsersReport(previous).users];
  if ((await etcd.isEnforced()) && (await hasPeers(input, contact, made))) {
    warn(input, USERS_STAY);
    return;
  }
  await makeAll(input, etcd, planRevoke(await etcd.read(), made));
}

/** The verbs of a lost cluster: its users are let be. What is known of them is kept, should the cluster return. */
function lostVerbs({ cluster }: UsersInput, previous: string): Verbs {
  const { users: made } = parseUsersReport(previous);
  return {
    grant: () => Promise.resolve(JSON.stringify({ ...NO_USERS, users: made } satisfies UsersReport)),
    revoke: () => {
      progress(
        `cluster ${JSON.stringify(cluster)}: role ${PEER_ROLE} and its users stay in its etcd: ${firstFew(made).join(", ")}`,
      );
      return Promise.resolve("");
    },
  };
}

/**
 * The verbs of the users in a cluster's etcd.
 *
 * @param inEtcd Opens the users of its etcd.
 * @param contact Opens the cluster.
 * @param previous What the same resource's last verb printed; empty before the first.
 */
export function usersVerbs(
  input: UsersInput,
  inEtcd: <T>(use: (etcd: EtcdUsers) => Promise<T>) => Promise<T>,
  contact: Contact,
  previous: string,
): Verbs {
  const report = async (etcd: EtcdUsers): Promise<UsersReport> => ({
    auth: (await etcd.isEnforced()) ? "enforced" : "off",
    users: input.users,
  });
  return {
    /** Says whether etcd holds peers to their users by now, and changes nothing. */
    ask: async () => JSON.stringify(await inEtcd(report)),
    /** Gives exactly the peers a user that may read what a peer needs, and prints who they are and whether etcd holds them to it. */
    grant: async () => JSON.stringify(await inEtcd((etcd) => grant(input, etcd, previous))),
    /** Removes what `grant` has made, and nothing else. */
    revoke: async () => {
      await inEtcd((etcd) => revoke(input, etcd, contact, previous));
      return "";
    },
    ...(input.lost ? lostVerbs(input, previous) : {}),
  };
}
