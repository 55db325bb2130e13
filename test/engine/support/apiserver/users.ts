import { parse } from "yaml";
import type { LabCluster } from "../../../../lab";

const NAMESPACE = ["-n", "kube-system"];
export const USERS = "configmap/clustermesh-remote-users";

/** The text of the list of users; empty where there is no ConfigMap. */
export async function usersText(cluster: LabCluster): Promise<string> {
  const path = "jsonpath={.data.users\\.yaml}";
  return (await cluster.run(["get", USERS, ...NAMESPACE, "--ignore-not-found", "-o", path])).stdout;
}

/** The names in it, sorted. */
export async function usersIn(cluster: LabCluster): Promise<readonly string[]> {
  const { users } = (parse(await usersText(cluster)) ?? {}) as {
    readonly users?: readonly { readonly name: string }[];
  };
  return (users ?? []).map(({ name }) => name).toSorted();
}

/** What the chart makes for a peer of Helm's own, as its release writes it. */
export const HELM_TEXT = "users:\n- name: remote-elsewhere\n  role: remote\n";

/** Makes the ConfigMap as Helm does, or writes Helm's text again as an upgrade does. */
export async function helmUsers(cluster: LabCluster): Promise<void> {
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "clustermesh-remote-users",
      namespace: "kube-system",
      labels: { "app.kubernetes.io/managed-by": "Helm" },
      annotations: { "meta.helm.sh/release-name": "cilium", "meta.helm.sh/release-namespace": "kube-system" },
    },
    data: { "users.yaml": HELM_TEXT },
  };
  const stdin = JSON.stringify(object);
  if ((await usersText(cluster)) === "") await cluster.run(["create", "--field-manager=helm", "-f", "-"], { stdin });
  else await cluster.run(["patch", USERS, ...NAMESPACE, "--type=merge", "--field-manager=helm", "-p", stdin]);
}

export const removeUsers = (cluster: LabCluster) => cluster.run(["delete", USERS, ...NAMESPACE, "--ignore-not-found"]);
