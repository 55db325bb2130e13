import type { ClusterApi } from "../../../components/kubernetes/clusterApi";
import type { GrantedUsers } from "../../../components/apiserver/model/grantedUsers";
import { grantInConfigMap, revokeInConfigMap, type UsersOwner } from "../../../components/apiserver/usersConfigMap";
import { fieldOwners } from "../../../components/kubernetes/model/managedFields";
import type { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { saidWhile } from "./cilium/rollingCluster";

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

/** An entry of a user, as the chart writes it. */
export const entry = (name: string) => `- name: remote-${name}\n  role: remote\n`;

/** The users of some peers. */
export const named = (...names: readonly string[]) => names.map((name) => `remote-${name}`);

/** Gives these peers users, and gives what was granted. */
export const grant = async (cluster: ClusterApi, names: readonly string[], last?: GrantedUsers) =>
  (await saidWhile(() => grantInConfigMap(cluster, usersOf(last), named(...names)))).result;

/** Takes ours away, and gives what was said. */
export const revoke = async (cluster: ClusterApi, last?: GrantedUsers) =>
  (await saidWhile(() => revokeInConfigMap(cluster, usersOf(last)))).lines;

const place = ["configmap/clustermesh-remote-users"] as const;

/** Changes the ConfigMap by another manager. */
export const edit = (cluster: ClusterApi, patch: object, manager = "kubectl-edit") =>
  cluster.patch(place, "kube-system", { manager, patch });

/** Changes its text by hand; `null` removes it. */
export const editText = (cluster: ClusterApi, text: string | null) => edit(cluster, { data: { "users.yaml": text } });
