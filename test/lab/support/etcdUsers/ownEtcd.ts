import { tools, type LabCluster, type Tools } from "../../../../lab";
import { asRoot } from "../../../support/etcdUsers/etcdAuth";

let bin: Promise<Tools> | undefined;

/** Asks a cluster's own etcd of Cilium as its administrator; gives what etcdctl prints. */
export async function ownEtcd(cluster: LabCluster): Promise<(...args: readonly string[]) => string> {
  bin ??= tools();
  const { etcdctl } = await bin;
  return (...args) => asRoot(etcdctl, cluster, args).trim();
}

/** The keys that carry a cluster's name, or an identity under its id, in its own etcd. */
export async function keysOfMember(cluster: LabCluster): Promise<readonly string[]> {
  const etcd = await ownEtcd(cluster);
  const named = new RegExp(`/${cluster.name}(/|$)|policy\\.cluster=${cluster.name};`);
  const identity = (key: string): number => Number(/\/identities\/v1\/id\/(\d+)$/.exec(key)?.[1] ?? 0);
  return etcd("get", "cilium/", "--prefix", "--keys-only")
    .split("\n")
    .filter((key) => named.test(key) || identity(key) >> 16 === cluster.id);
}
