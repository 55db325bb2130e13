import { readFileSync } from "node:fs";
import { clientCommonName } from "../../../components/certificates/model/certificates";
import { PEER_ROLE } from "../../../components/etcdUsers/model/etcdUsers";
import type { LabCluster } from "../../../lab";
import { secretFiles } from "../kubernetes/clusterObjects";
import { askEtcd, peerOf, type EtcdAnswer } from "./etcdClient";

/** What an etcd has of users and roles, as etcdctl prints them. */
export interface EtcdAccounts {
  /** Roles by user. */
  readonly users: Readonly<Record<string, readonly string[]>>;
  /** By role, what `role get` prints. */
  readonly roles: Readonly<Record<string, string>>;
}

const words = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

/**
 * Runs etcdctl on a cluster's etcd as its administrator, which is the client that the lab has made for it: the user `root` once authentication
 * is enabled. @throws Error with what etcdctl said.
 */
export function asRoot(
  etcdctl: string,
  { name, ciliumEtcd }: LabCluster,
  args: readonly string[],
  input?: string,
): string {
  const [ca = "", cert = "", key = ""] = [ciliumEtcd.caFile, ciliumEtcd.certFile, ciliumEtcd.keyFile].map((file) =>
    readFileSync(file, "utf8"),
  );
  const { opened, text } = askEtcd(etcdctl, ciliumEtcd.dialEndpoint, { ca, cert, key }, args, input);
  if (!opened) {
    throw new Error(`etcdctl ${args.join(" ")} on ${name}: ${text}`);
  }
  return text;
}

/** Users and roles of a cluster's etcd. */
export function etcdAccounts(etcdctl: string, cluster: LabCluster): EtcdAccounts {
  const ask = (...args: readonly string[]) => asRoot(etcdctl, cluster, args);
  const rolesOf = (user: string) => {
    const [, roles = ""] = /^Roles:(.*)$/m.exec(ask("user", "get", user)) ?? [];
    return roles.split(" ").filter((role) => role !== "");
  };
  return {
    users: Object.fromEntries(words(ask("user", "list")).map((user) => [user, rolesOf(user)])),
    roles: Object.fromEntries(words(ask("role", "list")).map((role) => [role, ask("role", "get", role)])),
  };
}

/** Whether a cluster's etcd holds clients to their users' permissions. */
export function isAuthEnabled(etcdctl: string, cluster: LabCluster): boolean {
  // Before 3.5 etcdctl has no `auth status`: a stranger's log-in is refused for one reason or the other.
  try {
    asRoot(etcdctl, cluster, ["user", "list", "--user=nobody:nothing"]);
  } catch (error) {
    return !String(error).includes("authentication is not enabled");
  }
  return false;
}

/**
 * Enables authentication in a cluster's etcd, as a user does: `root`, who the lab's own client is and its agents are, keeps reading and writing
 * all; everybody else what a role allows.
 */
export function enableEtcdAuth(etcdctl: string, cluster: LabCluster): void {
  const { users, roles } = etcdAccounts(etcdctl, cluster);
  const steps = [
    ...(users["root"] === undefined ? [["user", "add", "root", "--no-password"]] : []),
    ...(roles["root"] === undefined ? [["role", "add", "root"]] : []),
    ["user", "grant-role", "root", "root"],
    ["auth", "enable"],
  ];
  steps.forEach((step) => asRoot(etcdctl, cluster, step));
}

/** Undoes {@link enableEtcdAuth}. Does nothing where it was never done. */
export function disableEtcdAuth(etcdctl: string, cluster: LabCluster): void {
  if (isAuthEnabled(etcdctl, cluster)) {
    asRoot(etcdctl, cluster, ["auth", "disable"]);
  }
  const { users, roles } = etcdAccounts(etcdctl, cluster);
  if (users["root"] !== undefined) {
    asRoot(etcdctl, cluster, ["user", "delete", "root"]);
  }
  if (roles["root"] !== undefined) {
    asRoot(etcdctl, cluster, ["role", "delete", "root"]);
  }
}

/** How a cluster's etcd answers a peer that asks it with nothing but what is in the peer's own Secret. */
export async function asPeer(
  etcdctl: string,
  peer: LabCluster,
  cluster: LabCluster,
  args: readonly string[],
): Promise<EtcdAnswer> {
  const { pem } = peerOf(await secretFiles(peer, "cilium-clustermesh"), cluster.name);
  return askEtcd(etcdctl, cluster.ciliumEtcd.dialEndpoint, pem, args);
}

/** Whether a cluster's etcd does what a peer asks of it. */
export async function peerCan(
  etcdctl: string,
  peer: LabCluster,
  cluster: LabCluster,
  args: readonly string[],
): Promise<boolean> {
  const { opened, text } = await asPeer(etcdctl, peer, cluster, args);
  if (!opened && !text.includes("permission denied")) {
    throw new Error(`${clientCommonName(peer.name)} at ${cluster.name}, etcdctl ${args.join(" ")}: ${text}`);
  }
  return opened;
}

/** The role with `.heartbeat` as a single key, by which a peer never gets ready. Returns what gives the prefix back. */
export function narrowPeerRole(etcdctl: string, cluster: LabCluster): () => void {
  const [heartbeat, prefix] = ["cilium/.heartbeat", "--prefix"] as const;
  const role = (verb: string, ...args: readonly string[]) =>
    asRoot(etcdctl, cluster, ["role", verb, PEER_ROLE, ...args]);
  role("revoke-permission", heartbeat, prefix);
  role("grant-permission", "read", heartbeat);
  return () => {
    role("grant-permission", "read", heartbeat, prefix);
    role("revoke-permission", heartbeat);
  };
}
