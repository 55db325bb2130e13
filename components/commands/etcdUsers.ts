import { z } from "zod";
import { describeUsers, NO_USERS, parseUsersReport, type UsersReport } from "../model/etcdAuthentication";
import { PEER_ROLE, planGrant, planRevoke, widerUsers } from "../model/etcdUsers";
import { withEtcdUsers, type EtcdUsers } from "./etcdClient";
import { dispatch, previousOutput, progress, readInput, readSecrets } from "./protocol";

// The client gives Node an address for a server's name where the endpoint is one; that Node does not like it is no news for users.
process.noDeprecation = true;

const given = readInput(
  z.object({
    cluster: z.string(),
    endpoints: z.array(z.string()),
    /** Users of the peers, by the common names of their certificates. */
    users: z.array(z.string()),
    /** A cluster that is gone is not asked, whatever the verb. */
    gone: z.boolean().default(false),
  }),
);

const credential = z.object({ "etcd.ca": z.string(), "etcd.certificate": z.string(), "etcd.privateKey": z.string() });

const { cluster, users } = given;

async function withUsers<T>(use: (etcd: EtcdUsers) => Promise<T>): Promise<T> {
  const pem = await readSecrets(credential);
  const { "etcd.ca": ca, "etcd.certificate": certificate, "etcd.privateKey": privateKey } = pem;
  return withEtcdUsers(cluster, given.endpoints, { ca, certificate, privateKey }, use);
}

function warn(text: string): void {
  progress(`warning: cluster ${JSON.stringify(cluster)}: ${text}`);
}

async function grant(etcd: EtcdUsers): Promise<UsersReport> {
  const live = await etcd.read();
  for (const step of planGrant(cluster, users, live, parseUsersReport(previousOutput()).users)) {
    await etcd.make(step);
  }
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

async function revoke(etcd: EtcdUsers): Promise<void> {
  const made = [...users, ...parseUsersReport(previousOutput()).users];
  for (const step of planRevoke(await etcd.read(), made)) {
    await etcd.make(step);
  }
}

/** Lets the cluster's users be. What is known of them is kept, should the cluster return. */
function leaveAlone(): Promise<string> {
  const { users: made } = parseUsersReport(previousOutput());
  return Promise.resolve(JSON.stringify({ ...NO_USERS, users: made } satisfies UsersReport));
}

/** The verb that was run, once it is done. */
export const ran = dispatch({
  /** Gives exactly the peers a user that may read what a peer needs, and prints who they are and whether etcd holds them to it. */
  grant: async () => (given.gone ? leaveAlone() : JSON.stringify(await withUsers(grant))),
  /** Removes what `grant` has made, and nothing else. */
  revoke: async () => {
    if (!given.gone) {
      await withUsers(revoke);
    } else {
      const { users: made } = parseUsersReport(previousOutput());
      progress(
        `cluster ${JSON.stringify(cluster)}: role ${PEER_ROLE} and its users stay in its etcd: ${made.join(", ")}`,
      );
    }
    return "";
  },
}).then(() => {
  // A connection that is taken and on which nobody speaks has no end of its own, and would keep this process.
  process.stdout.write("", () => {
    process.exit();
  });
});
