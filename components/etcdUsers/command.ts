import { z } from "zod";
import { firstFew } from "../basics/model/bounded";
import { clientCommonName } from "../certificates/model/certificates";
import { dispatch, previousOutput, progress, readInput, readSecrets } from "../command/protocol";
import { withEach } from "../command/until";
import { accessTo } from "../kubernetes/access";
import { askedAgain } from "../kubernetes/askedAgain";
import { Kubectl } from "../kubernetes/kubectl";
import { secretFiles } from "../peers/secretFiles";
import { withEtcdUsers, type EtcdUsers } from "./etcdClient";
import { describeUsers, NO_USERS, parseUsersReport, USERS_STAY, type UsersReport } from "./model/etcdAuthentication";
import { PEER_ROLE, planGrant, planRevoke, widerUsers, type UserStep } from "./model/etcdUsers";

// The client gives Node an address for a server's name where the endpoint is one; that Node does not like it is no news for users.
process.noDeprecation = true;

const given = readInput(
  z.object({
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
  }),
);

const credential = z.object({ "etcd.ca": z.string(), "etcd.certificate": z.string(), "etcd.privateKey": z.string() });

const { cluster, users } = given;

async function withUsers<T>(
  use: (etcd: EtcdUsers, kubeconfigs: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const sent = await readSecrets(z.record(z.string(), z.string()));
  const pem = credential.parse(sent);
  const { "etcd.ca": ca, "etcd.certificate": certificate, "etcd.privateKey": privateKey } = pem;
  return withEtcdUsers(cluster, given.endpoints, { ca, certificate, privateKey }, (etcd) => use(etcd, sent));
}

function warn(text: string): void {
  progress(`warning: cluster ${JSON.stringify(cluster)}: ${text}`);
}

/** One after the other: the steps depend on each other. */
async function makeAll(etcd: EtcdUsers, steps: readonly UserStep[]): Promise<void> {
  await withEach(`cluster ${JSON.stringify(cluster)}: changes of etcd's users`, steps, 1, etcd.make);
}

async function grant(etcd: EtcdUsers): Promise<UsersReport> {
  await etcd.refuseApiServers();
  const live = await etcd.read();
  await makeAll(etcd, planGrant(cluster, users, live, parseUsersReport(previousOutput()).users));
  for (const { user, roles } of widerUsers(users, live)) {
    warn(
      `user ${user} has ${roles.join(", ")} beside ${PEER_ROLE}, more than a peer needs; etcdctl user revoke-role takes it away`,
    );
  }
  const report: UsersReport = { auth: (await etcd.isEnforced()) ? "enforced" : "off", users };
  if (report.auth === "off") {
    warn(`users of peers are ${describeUsers(report)}`);
  }
  return report;
}

/**
 * Whether the cluster still has files of those whose users these are: where it leaves, or the mesh goes, they have gone before. A mesh is
 * mutual, so who is a peer of it has it for a peer.
 */
async function hasPeers(made: readonly string[], kubeconfigs: Readonly<Record<string, string>>): Promise<boolean> {
  const { peers } = given;
  if (peers === undefined) {
    return false;
  }
  const { context, secret } = peers;
  const access = accessTo({ name: cluster, context }, kubeconfigs);
  const files = await Kubectl.with(
    access,
    (kubectl) => secretFiles(kubectl, secret.namespace, secret.name),
    askedAgain(cluster),
  );
  return [...files].some((file) => file !== cluster && made.includes(clientCommonName(file)));
}

/** Removes users that nobody needs any more: those of peers stay while etcd holds peers to them. */
async function revoke(etcd: EtcdUsers, kubeconfigs: Readonly<Record<string, string>>): Promise<void> {
  const made = [...users, ...parseUsersReport(previousOutput()).users];
  if ((await etcd.isEnforced()) && (await hasPeers(made, kubeconfigs))) {
    warn(USERS_STAY);
    return;
  }
  await makeAll(etcd, planRevoke(await etcd.read(), made));
}

/** Lets the cluster's users be. What is known of them is kept, should the cluster return. */
function leaveAlone(): Promise<string> {
  const { users: made } = parseUsersReport(previousOutput());
  return Promise.resolve(JSON.stringify({ ...NO_USERS, users: made } satisfies UsersReport));
}

/** The verb that was run, once it is done. */
export const ran = dispatch({
  /** Says whether etcd holds peers to their users by now, and changes nothing. */
  ask: () =>
    withUsers(async (etcd) =>
      JSON.stringify({ auth: (await etcd.isEnforced()) ? "enforced" : "off", users } satisfies UsersReport),
    ),
  /** Gives exactly the peers a user that may read what a peer needs, and prints who they are and whether etcd holds them to it. */
  grant: async () => (given.lost ? leaveAlone() : JSON.stringify(await withUsers(grant))),
  /** Removes what `grant` has made, and nothing else. */
  revoke: async () => {
    if (!given.lost) {
      await withUsers(revoke);
    } else {
      const { users: made } = parseUsersReport(previousOutput());
      progress(
        `cluster ${JSON.stringify(cluster)}: role ${PEER_ROLE} and its users stay in its etcd: ${firstFew(made).join(", ")}`,
      );
    }
    return "";
  },
}).then((verb) => {
  // A connection that is taken and on which nobody speaks has no end of its own, and would keep this process.
  process.stdout.write("", () => {
    process.exit();
  });
  return verb;
});
