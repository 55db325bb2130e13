import type { ClusterApi } from "../../../components/kubernetes/clusterApi";
import type { GrantedUsers } from "../../../components/apiserver/model/grantedUsers";
import type { UsersOwner } from "../../../components/apiserver/usersConfigMap";
import { fieldOwners } from "../../../components/kubernetes/model/managedFields";
import type { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";

/** The ConfigMap as the chart renders it for a peer of Helm's own. */
export const CHART_TEXT = "users:\n- name: remote-x\n  role: remote\n";

const LABELS = { "app.kubernetes.io/managed-by": "Helm" };
const KEY = "users.yaml";

/** How Helm has written it: by updates up to version 3, by applies since. */
export type HelmWrites = "Update" | "Apply";

/** The ConfigMap of a Helm release. @param text `null` for no such key. */
export const helmObject = (text: string | null = CHART_TEXT, operation: HelmWrites = "Update"): StoredObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: "clustermesh-remote-users",
    namespace: "kube-system",
    uid: "helms",
    resourceVersion: "h1",
    labels: LABELS,
    annotations: { "meta.helm.sh/release-name": "cilium" },
    managedFields: [
      {
        manager: "helm",
        operation,
        fieldsV1: {
          ...(text === null ? {} : { "f:data": { [`f:${KEY}`]: {} } }),
          "f:metadata": { "f:annotations": { "f:meta.helm.sh/release-name": {} } },
        },
      },
    ],
  },
  ...(text === null ? {} : { data: { [KEY]: text } }),
});

/** A helm upgrade, whose manifests have this text. */
export async function helmUpgrade(cluster: ClusterApi, text: string, operation: HelmWrites): Promise<void> {
  if (operation === "Update") {
    const patch = { data: { [KEY]: text } };
    await cluster.patch(["configmap/clustermesh-remote-users"], "kube-system", { manager: "helm", patch });
    return;
  }
  const metadata = {
    name: "clustermesh-remote-users",
    namespace: "kube-system",
    annotations: { "meta.helm.sh/release-name": "cilium" },
  };
  await cluster.apply("helm", { apiVersion: "v1", kind: "ConfigMap", metadata, data: { [KEY]: text } }, "refuse");
}

/** The ConfigMap of a cluster; `undefined` where there is none. */
export const usersIn = (cluster: ClusterInMemory): StoredObject | undefined =>
  cluster.stored("configmap/clustermesh-remote-users", "kube-system");

/** Its text. */
export const textIn = (cluster: ClusterInMemory): string | undefined => usersIn(cluster)?.data?.[KEY];

/** All of it but for what every write changes. */
export function fieldsOf(cluster: ClusterInMemory) {
  const { metadata, data = {} } = usersIn(cluster) ?? helmObject();
  const { name, uid, labels, annotations = {}, managedFields = [] } = metadata;
  return { name, uid, labels, annotations, data, owners: fieldOwners(managedFields, KEY) };
}

/** How often something was written. */
export const writes = (cluster: ClusterInMemory): number =>
  cluster.calls.filter((call) => ["apply", "patch", "deleteObject"].includes(call.do)).length;

/** This stack's users in cluster `west`. */
export const usersOf = (last?: GrantedUsers, owner = "ours"): UsersOwner => ({
  cluster: "west",
  cilium: { namespace: "kube-system" },
  owner,
  last,
});
