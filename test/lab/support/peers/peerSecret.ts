import type { LabCluster } from "../../../../lab";

const [SECRET, NAMESPACE] = ["secret/cilium-clustermesh", "--namespace=kube-system"] as const;

type Files = Readonly<Record<string, string>>;

/** Has the kubelets bring changed Secrets to the agents at once, and not within a minute. */
async function hurry(cluster: LabCluster): Promise<void> {
  const stamp = `lab-test/at=${Date.now()}`;
  await cluster.run([NAMESPACE, "annotate", "pods", "--selector=k8s-app=cilium", stamp, "--overwrite"]);
}

async function patch(cluster: LabCluster, data: Readonly<Record<string, string | null>>): Promise<void> {
  await cluster.run([NAMESPACE, "patch", SECRET, "--type=merge", `--patch=${JSON.stringify({ data })}`]);
  await hurry(cluster);
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Changes the files that the agents of a cluster have of its peers; `null` takes one away. Returns what gives them back as they were. */
export async function changePeerFiles(
  cluster: LabCluster,
  change: (files: Files) => Readonly<Record<string, string | null>>,
): Promise<() => Promise<void>> {
  const { stdout } = await cluster.run([NAMESPACE, "get", SECRET, "--output=jsonpath={.data}"]);
  const before = JSON.parse(stdout) as Files;
  const decoded = Object.entries(before).map(([name, text]) => [name, Buffer.from(text, "base64").toString()] as const);
  const changed = Object.entries(change(Object.fromEntries(decoded)));
  await patch(cluster, Object.fromEntries(changed.map(([name, text]) => [name, text === null ? null : base64(text)])));
  return () => patch(cluster, Object.fromEntries(changed.map(([name]) => [name, before[name] ?? null])));
}

/** The file of a peer with another comment: agents reconnect when its bytes change, and read certificates only then. */
export const withComment = (files: Files, peer: string): Readonly<Record<string, string>> => ({
  [peer]: `${files[peer] ?? ""}# reconnect: ${Date.now()}\n`,
});
