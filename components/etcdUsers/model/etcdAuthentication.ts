import { z } from "zod";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { ADMIN_NAME } from "./etcdUsers";

const report = z.object({
  /** Whether the etcd holds clients to their users' permissions; `unasked` where the cluster is lost. */
  auth: z.enum(["enforced", "off", "unasked"]),
  /** The users of peers that are there because of this stack. */
  users: z.array(z.string()),
});

/** What managing a cluster's users came to, as the state keeps it. */
export type UsersReport = z.infer<typeof report>;

/** Before anything was managed. */
export const NO_USERS: UsersReport = { auth: "unasked", users: [] };

/** Reads a report back; nothing was printed before the first run. @throws Error when the text is none. */
export function parseUsersReport(printed: string): UsersReport {
  return printed.trim() === "" ? NO_USERS : report.parse(JSON.parse(printed));
}

/** How authentication is enabled without locking anybody out; for the person who reads that it is off. */
export const HOW_TO_ENABLE =
  `give the user ${ADMIN_NAME} the role ${ADMIN_NAME}, and the common name of the agents' own certificate a user that may read and write ` +
  "cilium/, then run etcdctl auth enable";

/** A report in words, for the stack's output. */
export function describeUsers({ auth }: UsersReport): string {
  switch (auth) {
    case "enforced":
      return "enforced";
    case "off":
      return `prepared, but authentication is off in this etcd, and so every certificate of its authority reads and writes everything: ${HOW_TO_ENABLE}`;
    case "unasked":
      return "not asked: the cluster is lost";
  }
}

/** Why the users of peers must not be removed while they are peers. */
export const ENFORCED_BUT_OFF = {
  reason: "would remove the users of its peers, and its etcd enforces authentication: every peer would be locked out",
  fix: `leave it at "manage", or disable authentication in that etcd first (as ${ADMIN_NAME}: etcdctl auth disable)`,
} as const;

/** Said where they are not removed, though they are managed no more. */
export const USERS_STAY =
  "users of peers stay, for its etcd enforces authentication and its peers would be locked out; clustermesh:etcdUsers manage looks after them " +
  `again; by hand, once authentication is off: etcdctl user delete remote-<peer>, etcdctl role delete clustermesh-peer`;

/** What a person does about the ways in which an etcd does not let its users be managed, by the words of the client or of etcd. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /SSL alert|bad certificate|unknown ca|certificate required/i,
    `it refuses this mesh's certificate for ${ADMIN_NAME}: its --trusted-ca-file has to hold the authority of the mesh`,
  ],
  [
    /altname|does not match certificate/i,
    "its certificate does not carry this address: give etcd.adminEndpoints with a name or address that it carries",
  ],
  [
    /certificate is not yet valid/i,
    "set the clock of this machine, which is behind: certificates are valid from the moment at which pulumi up issues them",
  ],
  [/certificate has expired/i, "renew its certificate, or set the clock of this machine, should it be ahead"],
  [
    /certificate|self-signed/i,
    "its certificate is not of the authority that this mesh has for it: with a generated authority it has to serve its server certificate's " +
      "Secret before its users can be managed, otherwise adopt the CA that it has",
  ],
  [
    /permission denied|user name is empty|user name not found|invalid auth/i,
    `authentication is enabled there, and needs the user ${ADMIN_NAME} with the role ${ADMIN_NAME}, taken from certificates: start it with ` +
      `--client-cert-auth, and run etcdctl user grant-role ${ADMIN_NAME} ${ADMIN_NAME}`,
  ],
  [
    /UNAVAILABLE|DEADLINE|CANCELLED|no answer/i,
    "start it, or give etcd.adminEndpoints where this machine reaches it otherwise; for a cluster that will not come back, list it with lost: true",
  ],
];

/** The problem of an etcd that does not let its users be managed: what it said, and what to do. */
export function etcdProblem(cluster: string, endpoint: string, said: string): Diagnostic {
  const fix = REMEDIES.find(([pattern]) => pattern.test(said))?.[1] ?? "see the log of this etcd";
  // The client's own words for it are about its last attempt.
  const reason = said.includes("DEADLINE_EXCEEDED") ? "does not answer in time" : `says ${JSON.stringify(said)}`;
  return error({ cluster, property: "etcd", value: endpoint, reason, fix });
}

/** What keys of an API server begin with: Kubernetes' own `--etcd-prefix`, and OpenShift's. */
export const API_SERVER_PREFIXES = ["/registry/", "/kubernetes.io/"] as const;

/** The problem of an etcd that is an API server's own. */
export function apiServerEtcdProblem(cluster: string, endpoint: string, prefix: string): Diagnostic {
  return error({
    cluster,
    property: "etcd",
    value: endpoint,
    reason: `has keys under ${prefix}: an API server keeps its objects there`,
    fix: "give Cilium an etcd of its own: who can read the API server's etcd can read every Secret of the cluster",
  });
}
