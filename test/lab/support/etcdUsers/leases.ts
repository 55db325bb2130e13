import type { LabCluster } from "../../../../lab";
import { asRoot } from "../../../support/etcdUsers/etcdAuth";

/** A lease of a cluster's own etcd of Cilium: who has it and dies takes its keys along, a quarter of an hour later. */
export interface Lease {
  readonly id: string;
  readonly keys: readonly string[];
}

const LISTED = /^[0-9a-f]+$/;
const ATTACHED = /attached keys\(\[(.*)\]\)/;

/** Every lease, with its keys. One that ends meanwhile has none. */
export function leases(etcdctl: string, cluster: LabCluster): readonly Lease[] {
  const listed = asRoot(etcdctl, cluster, ["lease", "list"])
    .split("\n")
    .filter((line) => LISTED.test(line));
  return listed.map((id) => {
    const [, keys = ""] = ATTACHED.exec(asRoot(etcdctl, cluster, ["lease", "timetolive", id, "--keys"])) ?? [];
    return { id, keys: keys.split(" ").filter((key) => key !== "") };
  });
}

/**
 * Has leases end now, as they do by themselves when nobody renews them.
 *
 * @returns The keys that went with them.
 */
export function endLeases(etcdctl: string, cluster: LabCluster, ended: readonly Lease[]): readonly string[] {
  const ids = new Set(ended.map(({ id }) => id));
  const there = leases(etcdctl, cluster).filter(({ id }) => ids.has(id));
  for (const { id } of there) asRoot(etcdctl, cluster, ["lease", "revoke", id]);
  return there.flatMap(({ keys }) => keys).sort();
}
