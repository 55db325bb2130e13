import { createHash } from "node:crypto";
import { apply, pathOf, read, remove, type KubeObject, type ObjectName } from "./api";

/** What a mesh patches in a cluster. */
const CILIUM: readonly ObjectName[] = [
  { apiVersion: "v1", kind: "ConfigMap", name: "cilium-config" },
  { apiVersion: "apps/v1", kind: "DaemonSet", name: "cilium" },
  { apiVersion: "apps/v1", kind: "Deployment", name: "cilium-operator" },
];

/** What a mesh adds to it. */
const ADDED: readonly ObjectName[] = ["cilium-clustermesh", "clustermesh-etcd-server"].map((name) => ({
  apiVersion: "v1",
  kind: "Secret",
  name,
}));

/** What a trivial program has left behind. */
const TRIVIAL = "/api/v1/namespaces/kube-system/configmaps?labelSelector=bench%3Dtrivial";

const KUBE_SYSTEM: ObjectName = { apiVersion: "v1", kind: "Namespace", name: "kube-system" };
/** Counters of the workload controllers: they go up with every roll-out and never down. */
const COUNTERS = ["deprecated.daemonset.template.generation", "deployment.kubernetes.io/revision"];

/** Cilium's objects in one cluster, as its chart made them. */
export type Installation = readonly { readonly object: ObjectName; readonly content: KubeObject }[];

function without(keys: readonly string[], from: unknown): KubeObject {
  return Object.fromEntries(Object.entries(from ?? {}).filter(([key]) => !keys.includes(key)));
}

/** What was written down for an object, without what the API server adds. */
function written(object: KubeObject): KubeObject {
  const metadata = without(
    ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"],
    object["metadata"],
  );
  const annotations = without(COUNTERS, metadata["annotations"]);
  return { ...without(["status"], object), metadata: { ...metadata, annotations } };
}

/** Without replicas nothing has to be rolled out by controllers that are not what is measured. */
function idle({ kind }: ObjectName, content: KubeObject): KubeObject {
  return kind === "Deployment" ? { ...content, spec: { ...(content["spec"] as object), replicas: 0 } } : content;
}

/** Reads the installation that all clusters get a copy of. */
export async function installationOf(server: string): Promise<Installation> {
  return Promise.all(
    CILIUM.map(async (object) => {
      const found = await read(server, pathOf(object));
      if (found === undefined) {
        throw new Error(`the lab has no ${object.kind} ${object.name}`);
      }
      return { object, content: idle(object, written(found)) };
    }),
  );
}

/** Gives a cluster its `kube-system` and Cilium's objects, where they are not there. */
export async function install(server: string, installation: Installation): Promise<void> {
  const namespace = pathOf(KUBE_SYSTEM);
  if ((await read(server, namespace)) === undefined) {
    await apply(server, namespace, "helm", { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system" } });
  }
  for (const { object, content } of installation) {
    await apply(server, pathOf(object), "helm", content);
  }
}

/** Takes everything out of a cluster and installs Cilium again: what a run left behind is removed. */
export async function reinstall(server: string, installation: Installation): Promise<void> {
  await Promise.all([...[...CILIUM, ...ADDED].map(pathOf), TRIVIAL].map((path) => remove(server, path)));
  await install(server, installation);
}

/** A hash of everything that a mesh could leave behind in a cluster; equal before and after means that nothing is. */
export async function fingerprint(server: string): Promise<string> {
  const found = await Promise.all([...CILIUM, ...ADDED].map((object) => read(server, pathOf(object))));
  const contents = found.map((object) => (object === undefined ? null : written(object)));
  return createHash("sha256").update(JSON.stringify(contents)).digest("hex");
}
