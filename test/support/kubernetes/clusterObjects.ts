import type { LabCluster } from "../../../lab";

/** The data of `kube-system/cilium-config`. */
export async function ciliumConfig(cluster: LabCluster): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await cluster.run([
    "get",
    "configmap/cilium-config",
    "-n",
    "kube-system",
    "-o",
    "jsonpath={.data}",
  ]);
  return JSON.parse(stdout) as Record<string, string>;
}

/** A Secret's files, decoded. */
export async function secretFiles(cluster: LabCluster, name: string): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await cluster.run(["get", `secret/${name}`, "-n", "kube-system", "-o", "jsonpath={.data}"]);
  const data = stdout.trim() === "" ? {} : (JSON.parse(stdout) as Record<string, string>);
  return Object.fromEntries(Object.entries(data).map(([file, text]) => [file, Buffer.from(text, "base64").toString()]));
}

/** The UID of an object: a replaced one has another. */
export async function uidOf(cluster: LabCluster, object: string): Promise<string> {
  return (await cluster.run(["get", object, "-n", "kube-system", "-o", "jsonpath={.metadata.uid}"])).stdout;
}

/** The roll-out annotation of a workload's pod template, if it has one. */
export async function rollOutAnnotation(cluster: LabCluster, workload: string): Promise<string> {
  const path = "jsonpath={.spec.template.metadata.annotations.cilium-clustermesh/config}";
  return (await cluster.run(["get", workload, "-n", "kube-system", "-o", path])).stdout;
}
