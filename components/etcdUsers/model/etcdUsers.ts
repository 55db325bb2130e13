import { clientCommonName } from "../../certificates/model/certificates";
import { configKey } from "../../cilium/model/kvstoreKeys";

/*
 * Users and permissions of peers in a cluster's etcd. etcd takes the common name of a client certificate for the user's name, and once
 * authentication is enabled a peer reads what its roles let it read and nothing else.
 */

/** The role of peers. What has this name is ours. */
export const PEER_ROLE = "clustermesh-peer";

/** What etcd demands of the administrator of users: the common name of a certificate, and the name of the role that its user has. */
export const ADMIN_NAME = "root";

/** A permission on the keys from `key` up to and not including `end`; without an end on `key` alone. Bytes as characters (latin1). */
export interface Grant {
  readonly permission: "Read" | "Write" | "Readwrite";
  readonly key: string;
  readonly end: string;
}

/** What there is of users in an etcd, as far as it is about peers. */
export interface LiveUsers {
  /** The permissions of {@link PEER_ROLE}; absent where there is no such role. */
  readonly grants?: readonly Grant[];
  /** The roles of users by name. */
  readonly users: Readonly<Record<string, readonly string[]>>;
}

/** One change of an etcd's users. */
export type UserStep =
  | { readonly do: "addRole" | "deleteRole" }
  | { readonly do: "permit" | "forbid"; readonly grant: Grant }
  | { readonly do: "addUser" | "giveRole" | "takeRole" | "deleteUser"; readonly user: string };

/** The first key behind all that begin with a prefix. */
export function behind(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/**
 * What a peer may read in a cluster's etcd. All are prefixes, `.heartbeat` too: Cilium lists it and watches it as one, and with the single key
 * granted the peer never gets ready.
 */
export function peerGrants(cluster: string): readonly Grant[] {
  const prefixes = ["cilium/.heartbeat", "cilium/state/", configKey(cluster), `cilium/synced/${cluster}/`];
  return prefixes.map((key) => ({ permission: "Read", key, end: behind(key) }));
}

/** The users of peers, sorted: their order must change nothing. */
export const peerUsers = (peers: readonly string[]): readonly string[] => peers.map(clientCommonName).sort();

const sameRange = (a: Grant, b: Grant): boolean => a.key === b.key && a.end === b.end;
const sameGrant = (a: Grant, b: Grant): boolean => sameRange(a, b) && a.permission === b.permission;

const rolesOf = (live: LiveUsers, user: string): readonly string[] => live.users[user] ?? [];
const hasOurRole = (live: LiveUsers, user: string): boolean => rolesOf(live, user).includes(PEER_ROLE);

function otherRoles(live: LiveUsers, user: string): readonly string[] {
  return rolesOf(live, user).filter((role) => role !== PEER_ROLE);
}

/** Named as a peer's user is; nobody else's user goes away with its role. */
const isPeerUser = (user: string): boolean => user.startsWith(clientCommonName(""));

/** Missing permissions before superfluous ones: a peer that reads by the role in between goes on reading. */
function roleSteps(live: LiveUsers, wanted: readonly Grant[]): readonly UserStep[] {
  const has = live.grants ?? [];
  const missing = wanted.filter((grant) => !has.some((each) => sameGrant(each, grant)));
  const superfluous = has.filter((grant) => !wanted.some((each) => sameRange(each, grant)));
  return [
    ...(live.grants === undefined ? [{ do: "addRole" } as const] : []),
    ...missing.map((grant) => ({ do: "permit", grant }) as const),
    ...superfluous.map((grant) => ({ do: "forbid", grant }) as const),
  ];
}

/**
 * A user's way out: our role is taken from it, and where it has no other and is named as a peer's the user goes.
 *
 * @param made Users that are known to be there because of us, whether they have our role or not.
 */
function leavingSteps(live: LiveUsers, stay: readonly string[], made: readonly string[]): readonly UserStep[] {
  return Object.keys(live.users)
    .filter((user) => !stay.includes(user) && (hasOurRole(live, user) || made.includes(user)))
    .sort()
    .flatMap((user): UserStep[] => {
      if (otherRoles(live, user).length === 0 && isPeerUser(user)) return [{ do: "deleteUser", user }];
      return hasOurRole(live, user) ? [{ do: "takeRole", user }] : [];
    });
}

/**
 * What is to be done so that exactly the given users have the peers' role, with exactly its permissions; nothing where that is so.
 *
 * @param made Users of an earlier run.
 */
export function planGrant(
  cluster: string,
  users: readonly string[],
  live: LiveUsers,
  made: readonly string[],
): readonly UserStep[] {
  const entering = users.flatMap((user): UserStep[] => [
    ...(live.users[user] === undefined ? [{ do: "addUser", user } as const] : []),
    ...(hasOurRole(live, user) ? [] : [{ do: "giveRole", user } as const]),
  ]);
  return [...roleSteps(live, peerGrants(cluster)), ...entering, ...leavingSteps(live, users, made)];
}

/** What is to be done so that nothing of ours is left; what other roles a user has, it keeps. */
export function planRevoke(live: LiveUsers, made: readonly string[]): readonly UserStep[] {
  return [...leavingSteps(live, [], made), ...(live.grants === undefined ? [] : [{ do: "deleteRole" } as const])];
}

/** Peers that have more than the peers' role, with what else they have. */
export function widerUsers(
  users: readonly string[],
  live: LiveUsers,
): readonly { readonly user: string; readonly roles: readonly string[] }[] {
  return users.map((user) => ({ user, roles: otherRoles(live, user) })).filter(({ roles }) => roles.length > 0);
}
