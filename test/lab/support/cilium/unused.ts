import type { LabCluster } from "../../../../lab";
import { asRoot } from "../../../support/etcdUsers/etcdAuth";

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

const BY_NUMBER = "cilium/state/identities/v1/id/";
const BY_LABELS = "cilium/state/identities/v1/value/";

/** Identities in an etcd: each by its number, and with what uses it by its labels. */
function fromEtcd(etcdctl: string, cluster: LabCluster): readonly string[] {
  const all = words(asRoot(etcdctl, cluster, ["get", BY_NUMBER, "--prefix", "--keys-only"]));
  const used = new Set(words(asRoot(etcdctl, cluster, ["get", BY_LABELS, "--prefix", "--print-value-only"])));
  const unused = all.filter((key) => !used.has(key.slice(BY_NUMBER.length)));
  for (const key of unused) asRoot(etcdctl, cluster, ["del", key]);
  return unused;
}

async function fromObjects({ run }: LabCluster): Promise<readonly string[]> {
  const list = async (kind: string, path: string) =>
    words((await run(["get", kind, "--all-namespaces", `--output=jsonpath={.items[*]${path}}`])).stdout);
  const used = new Set(await list("ciliumendpoints", ".status.identity.id"));
  const unused = (await list("ciliumidentities", ".metadata.name")).filter((name) => !used.has(name));
  if (unused.length > 0) await run(["delete", "ciliumidentities", ...unused]);
  return unused;
}

/** Removes the identities that no pod has, as the operator does within half an hour. Gives what was removed. */
export function removeUnusedIdentities(etcdctl: string, cluster: LabCluster): Promise<readonly string[]> {
  return cluster.mode === "kvstore" ? Promise.resolve(fromEtcd(etcdctl, cluster)) : fromObjects(cluster);
}
