import { Etcd3, EtcdRoleNotFoundError, EtcdUserNotFoundError } from "etcd3";
import { errorMessage } from "../basics/errorMessage";
import { mapLimited } from "../basics/mapLimited";
import { asTrustAnchors } from "../certificates/model/adoptedCa";
import { formatDiagnostic, formatDiagnostics } from "../mesh/model/diagnostic";
import { API_SERVER_PREFIXES, apiServerEtcdProblem, etcdProblem } from "./model/etcdAuthentication";
import { behind, PEER_ROLE, type Grant, type LiveUsers, type UserStep } from "./model/etcdUsers";

/** A client's PEM material. */
export interface EtcdCredential {
  readonly ca: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** The users of one etcd. */
export interface EtcdUsers {
  /** Users with their roles, and the permissions of the peers' role. */
  readonly read: () => Promise<LiveUsers>;
  /** Makes one change. What is so already is no error: a run that was killed is repeated. */
  readonly make: (step: UserStep) => Promise<void>;
  /** Whether it holds clients to their permissions. */
  readonly isEnforced: () => Promise<boolean>;
  /** @throws Error when an API server keeps its objects here: peers would be let in where every Secret is. */
  readonly refuseApiServers: () => Promise<void>;
}

/** For one answer, connecting and trying again included. */
const ANSWER_MS = 30_000;
const ASKED_AT_ONCE = 8;

/** etcd's words for a change that has been made already. */
const MADE_ALREADY: Readonly<Record<UserStep["do"], RegExp | undefined>> = {
  addRole: /role name already exists/,
  deleteRole: /role name not found/,
  permit: undefined,
  forbid: /permission is not granted to the role/,
  addUser: /user name already exists/,
  giveRole: undefined,
  takeRole: /role is not granted to the user|user name not found/,
  deleteUser: /user name not found/,
};

const AUTHENTICATION_OFF = /authentication is not enabled/;

/** With the end of an answer's time, which the library's own attempts do not move. */
const inTime = () => ({ deadline: Date.now() + ANSWER_MS });

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

async function orAbsent<T>(
  answer: Promise<T>,
  absent: typeof EtcdRoleNotFoundError | typeof EtcdUserNotFoundError,
): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof absent) return undefined;
    throw error;
  }
}

/** Whether authentication is enabled: asked with a log-in that etcd refuses, for before 3.5 it does not answer the question itself. */
async function isEnforced({ auth }: Etcd3): Promise<boolean> {
  try {
    await auth.authenticate({ name: PEER_ROLE, password: PEER_ROLE }, inTime());
    return true;
  } catch (error) {
    if (AUTHENTICATION_OFF.test(errorMessage(error))) return false;
    if (/authentication failed|invalid user ID or password|user name not found/i.test(errorMessage(error))) return true;
    throw error;
  }
}

async function readUsers({ auth }: Etcd3): Promise<LiveUsers> {
  const role = await orAbsent(auth.roleGet({ role: PEER_ROLE }, inTime()), EtcdRoleNotFoundError);
  const { users } = await auth.userList(inTime());
  const known = await mapLimited(users, ASKED_AT_ONCE, async (name) => {
    const user = await orAbsent(auth.userGet({ name }, inTime()), EtcdUserNotFoundError);
    return user === undefined ? [] : [[name, user.roles] as const];
  });
  const grants = role?.perm.map(({ permType, key, range_end: end }): Grant => ({
    permission: permType,
    key: key.toString("latin1"),
    end: end.toString("latin1"),
  }));
  return { users: Object.fromEntries(known.flat()), ...(grants === undefined ? {} : { grants }) };
}

function request({ auth }: Etcd3, step: UserStep): Promise<unknown> {
  switch (step.do) {
    case "addRole":
      return auth.roleAdd({ name: PEER_ROLE }, inTime());
    case "deleteRole":
      return auth.roleDelete({ role: PEER_ROLE }, inTime());
    case "permit": {
      const { permission, key, end } = step.grant;
      const perm = { permType: permission, key: bytes(key), range_end: bytes(end) };
      return auth.roleGrantPermission({ name: PEER_ROLE, perm }, inTime());
    }
    case "forbid": {
      const { key, end } = step.grant;
      return auth.roleRevokePermission({ role: PEER_ROLE, key: bytes(key), range_end: bytes(end) }, inTime());
    }
    case "addUser":
      // Without a password: a peer is who its certificate is for.
      return auth.userAdd({ name: step.user, options: { no_password: true } }, inTime());
    case "giveRole":
      return auth.userGrantRole({ user: step.user, role: PEER_ROLE }, inTime());
    case "takeRole":
      return auth.userRevokeRole({ name: step.user, role: PEER_ROLE }, inTime());
    case "deleteUser":
      return auth.userDelete({ name: step.user }, inTime());
  }
}

async function hasKey({ kv }: Etcd3, prefix: string): Promise<boolean> {
  const range = { key: bytes(prefix), range_end: bytes(behind(prefix)), limit: 1, keys_only: true };
  return (await kv.range(range, inTime())).kvs.length > 0;
}

/** What the keys of an API server begin with, where it keeps its objects here. */
async function apiServerPrefix(client: Etcd3): Promise<string | undefined> {
  for (const prefix of API_SERVER_PREFIXES) if (await hasKey(client, prefix)) return prefix;
  return undefined;
}

async function make(client: Etcd3, step: UserStep): Promise<void> {
  try {
    await request(client, step);
  } catch (error) {
    if (MADE_ALREADY[step.do]?.test(errorMessage(error)) !== true) throw error;
  }
}

function openClient(endpoint: string, { ca, certificate, privateKey }: EtcdCredential): Etcd3 {
  return new Etcd3({
    hosts: endpoint,
    credentials: {
      // OpenSSL takes a CA that is not a root for an anchor only where it is marked as one; Go's clients take every one that they are given.
      rootCertificate: Buffer.from(asTrustAnchors(ca)),
      certChain: Buffer.from(certificate),
      privateKey: Buffer.from(privateKey),
    },
  });
}

interface Dialled {
  readonly endpoint: string;
  readonly client: Etcd3;
}

/** The first endpoint that answers: a member of an etcd that is down costs nothing. @throws Error with what each of them said. */
async function firstToAnswer(cluster: string, dialled: readonly Dialled[]): Promise<Dialled> {
  const answers = dialled.map(async (each) => {
    await isEnforced(each.client);
    return each;
  });
  try {
    return await Promise.any(answers);
  } catch (error) {
    const said = error instanceof AggregateError ? error.errors.map(errorMessage) : [];
    const problems = dialled.map(({ endpoint }, index) => etcdProblem(cluster, endpoint, said[index] ?? "no answer"));
    throw new Error(formatDiagnostics("the users of peers cannot be managed", problems), { cause: error });
  }
}

/**
 * Uses the users of a cluster's etcd, by whichever of its endpoints answers first, and closes it whatever happens.
 *
 * @throws Error that names the cluster, its endpoints, what each of them said, and what to do.
 */
export async function withEtcdUsers<T>(
  cluster: string,
  endpoints: readonly string[],
  credential: EtcdCredential,
  use: (users: EtcdUsers) => Promise<T>,
): Promise<T> {
  const dialled = endpoints.map((endpoint) => ({ endpoint, client: openClient(endpoint, credential) }));
  try {
    const { endpoint, client } = await firstToAnswer(cluster, dialled);
    const named = async <R>(answer: Promise<R>): Promise<R> => {
      try {
        return await answer;
      } catch (error) {
        throw new Error(formatDiagnostic(etcdProblem(cluster, endpoint, errorMessage(error))), { cause: error });
      }
    };
    return await use({
      read: () => named(readUsers(client)),
      make: (step) => named(make(client, step)),
      isEnforced: () => named(isEnforced(client)),
      refuseApiServers: async () => {
        const prefix = await named(apiServerPrefix(client));
        if (prefix !== undefined) throw new Error(formatDiagnostic(apiServerEtcdProblem(cluster, endpoint, prefix)));
      },
    });
  } finally {
    dialled.forEach(({ client }) => {
      client.close();
    });
  }
}
