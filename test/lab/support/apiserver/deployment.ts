import { z } from "zod";
import type { LabCluster } from "../../../../lab";

const DEPLOYMENT = "deployment/clustermesh-apiserver";
const USERS = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "clustermesh-remote-users", namespace: "kube-system" },
  data: { "users.yaml": "users: []\n" },
} as const;

const LIST = z.object({
  spec: z.object({ template: z.object({ spec: z.object({ containers: z.array(z.object({ name: z.string() })) }) }) }),
});

const inKubeSystem = (cluster: LabCluster, ...args: readonly string[]): Promise<{ readonly stdout: string }> =>
  cluster.run(["--namespace=kube-system", ...args]);

/** Names of the containers of a cluster's clustermesh-apiserver. */
export async function apiserverContainers(cluster: LabCluster): Promise<readonly string[]> {
  const { stdout } = await inKubeSystem(cluster, "get", DEPLOYMENT, "--output=json");
  return LIST.parse(JSON.parse(stdout)).spec.template.spec.containers.map(({ name }) => name);
}

/** Why the pods of clustermesh-apiserver wait, by the events of the kubelet. */
export async function apiserverEvents(cluster: LabCluster): Promise<string> {
  const { stdout } = await inKubeSystem(
    cluster,
    "get",
    "events",
    "--output=jsonpath={range .items[*]}{.involvedObject.name} {.message}{'\\n'}{end}",
  );
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("clustermesh-apiserver-"))
    .join("\n");
}

/** Gives clustermesh-apiserver a list of users that has nobody, and waits until it is available. */
export async function apiserverWithoutUsers(cluster: LabCluster): Promise<void> {
  await cluster.run(["apply", "--server-side", "--filename=-"], { stdin: JSON.stringify(USERS) });
  // A pod that has changed is looked at at once; a mount that failed is tried again up to two minutes later.
  await inKubeSystem(
    cluster,
    "annotate",
    "pods",
    "--selector=k8s-app=clustermesh-apiserver",
    "--overwrite",
    `lab/synced-at=${Date.now()}`,
  );
  await inKubeSystem(cluster, "rollout", "status", DEPLOYMENT, "--timeout=150s");
}
