import type { LabCluster } from "../../../../lab";
import {
  ciliumIdentity,
  formatLabels,
  numberKey,
  type LabelledIdentity,
} from "../../../../components/cilium/model/labelledIdentity";
import { IDENTITY_KEYS } from "../../../../components/cilium/model/kvstoreKeys";
import { chunks } from "../../../../components/basics/model/lists";
import { asRoot } from "../../../support/etcdUsers/etcdAuth";

/** etcd takes 128 operations at once, and an identity has two keys. */
const KEYS_AT_ONCE = 60;
const OBJECTS_AT_ONCE = 1000;
/** No pod of a lab has a number from here on by chance: agents choose them among 65,000. */
const FIRST = 30_000;

/** The labels of a pod of a workload of its own, as agents write them. */
const labelsOf = (n: number, cluster: string): Readonly<Record<string, string>> => ({
  "k8s:app": `workload-${String(n)}`,
  "k8s:io.cilium.k8s.policy.cluster": cluster,
  "k8s:io.cilium.k8s.policy.serviceaccount": "default",
  "k8s:io.kubernetes.pod.namespace": "many",
});

/** A node of which nobody looks whether it is there: its uses keep Cilium's operator from removing the identities. */
const USER = "10.254.0.1";

/** As whom a cluster's agents write identities. */
interface Origin {
  readonly name: string;
  readonly id: number;
}

const identitiesOf = (count: number, { name, id }: Origin): readonly LabelledIdentity[] =>
  Array.from({ length: count }, (_, n) => ({ number: id * 65_536 + FIRST + n, labels: labelsOf(n, name) }));

const usesKey = (labels: LabelledIdentity["labels"]): string => `${IDENTITY_KEYS}value/${formatLabels(labels)}/${USER}`;

/** Does this in the cluster's etcd, with each identity. */
function inEtcd(
  etcdctl: string,
  cluster: LabCluster,
  identities: readonly LabelledIdentity[],
  operations: (identity: LabelledIdentity) => readonly string[],
): void {
  for (const lot of chunks(identities, KEYS_AT_ONCE)) {
    asRoot(etcdctl, cluster, ["txn"], `\n${lot.flatMap(operations).join("\n")}\n\n\n`);
  }
}

/** Gives a cluster identities of workloads without making pods for them, where its agents keep them. */
export async function makeIdentities(
  etcdctl: string,
  cluster: LabCluster,
  count: number,
  origin: Origin,
): Promise<void> {
  const all = identitiesOf(count, origin);
  if (cluster.mode === "kvstore") {
    inEtcd(etcdctl, cluster, all, ({ number, labels }) => [
      `put ${numberKey(number)} "${formatLabels(labels)}"`,
      `put "${usesKey(labels)}" ${String(number)}`,
    ]);
    return;
  }
  for (const lot of chunks(all, OBJECTS_AT_ONCE)) {
    const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: lot.map(ciliumIdentity) });
    await cluster.run(["apply", "--server-side", "--force-conflicts", "--filename=-"], { stdin });
  }
}

/** Removes them, as Cilium's operator does once no pod has them. */
export async function removeIdentities(
  etcdctl: string,
  cluster: LabCluster,
  count: number,
  origin: Origin,
): Promise<void> {
  const all = identitiesOf(count, origin);
  if (cluster.mode === "kvstore") {
    inEtcd(etcdctl, cluster, all, ({ number, labels }) => [`del ${numberKey(number)}`, `del "${usesKey(labels)}"`]);
    return;
  }
  for (const lot of chunks(all, OBJECTS_AT_ONCE)) {
    await cluster.run(["delete", "ciliumidentities", "--ignore-not-found", ...lot.map(({ number }) => String(number))]);
  }
}
