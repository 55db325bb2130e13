import type { LabCluster } from "../../../lab";

const NAMESPACE = ["-n", "kube-system"];
const CONFIG = "configmap/cilium-config";

/** A ConfigMap without what only a live one has. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, string>>;
}

/** `cilium-config` as a person would write it down. */
export async function configManifest(cluster: LabCluster): Promise<Manifest> {
  const { stdout } = await cluster.run(["get", CONFIG, ...NAMESPACE, "-o", "json"]);
  const { apiVersion, kind, metadata, data } = JSON.parse(stdout) as Manifest;
  const { name, namespace, labels, annotations } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, labels, annotations }, data };
}

/** Applies a part of `cilium-config` under a manager's name. */
export async function applyConfig(cluster: LabCluster, manager: string, manifest: object): Promise<void> {
  await cluster.run(["apply", "--server-side", `--field-manager=${manager}`, "--filename=-"], {
    stdin: JSON.stringify(manifest),
  });
}

/** What says which object is meant. */
function bare({ apiVersion, kind, metadata: { name, namespace } }: Manifest): object {
  return { apiVersion, kind, metadata: { name, namespace } };
}

async function removeConfig(cluster: LabCluster): Promise<void> {
  await cluster.run(["delete", CONFIG, ...NAMESPACE, "--ignore-not-found"]);
}

/** Creates it as the lab's Helm did: by an update. */
export async function installAsHelm(cluster: LabCluster, manifest: Manifest): Promise<void> {
  await removeConfig(cluster);
  await cluster.run(["create", "--field-manager=helm", "--filename=-"], { stdin: JSON.stringify(manifest) });
}

/** Ways in which `cilium-config` can have come into a cluster, and so who owns name and id. */
export const INSTALLED: Readonly<Record<string, (cluster: LabCluster, manifest: Manifest) => Promise<void>>> = {
  "Helm, by an update": installAsHelm,
  "a server-side apply": async (cluster, manifest) => {
    await removeConfig(cluster);
    await applyConfig(cluster, "helm4", manifest);
  },
  "Helm, and a server-side apply of the same": async (cluster, manifest) => {
    await installAsHelm(cluster, manifest);
    await applyConfig(cluster, "helm4", manifest);
  },
  "two who apply, one of them name and id alone": async (cluster, manifest) => {
    await removeConfig(cluster);
    await applyConfig(cluster, "helm4", manifest);
    const { "cluster-name": name, "cluster-id": id } = manifest.data;
    await applyConfig(cluster, "argocd", { ...bare(manifest), data: { "cluster-name": name, "cluster-id": id } });
  },
  "kubectl apply of a file, as in the article": async (cluster, manifest) => {
    await removeConfig(cluster);
    await cluster.run(["apply", "--filename=-"], { stdin: JSON.stringify(manifest) });
  },
  "kubectl apply of a file, and a server-side apply of name alone beside it": async (cluster, manifest) => {
    await removeConfig(cluster);
    const { "cluster-name": name, ...data } = manifest.data;
    await applyConfig(cluster, "argocd", { ...bare(manifest), data: { "cluster-name": name } });
    await cluster.run(["apply", "--filename=-"], { stdin: JSON.stringify({ ...manifest, data }) });
  },
};
