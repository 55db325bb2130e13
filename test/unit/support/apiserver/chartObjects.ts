import type { LiveObject } from "../preflight/live";
import { testCA, type TestCA } from "./certificates";

/** What Cilium's chart (1.20.2) makes with `clustermesh.useAPIServer`, as `kubectl get -o json` prints it. */
export interface ChartObjects {
  readonly deployment: LiveObject;
  readonly service: LiveObject;
  readonly ca: LiveObject;
  readonly server: LiveObject;
  readonly admin: LiveObject;
  readonly local: LiveObject;
  readonly remote: LiveObject;
  readonly users: LiveObject;
}

/** How a cluster's chart was installed. */
export interface ChartValues {
  readonly name?: string;
  readonly kvstoremesh?: boolean;
  /** @default migration */
  readonly authMode?: "legacy" | "migration" | "cluster";
  readonly containers?: readonly string[];
  readonly caBundle?: boolean;
}

const metadata = (name: string) => ({
  name,
  namespace: "kube-system",
  uid: `uid-${name}`,
  annotations: { "meta.helm.sh/release-name": "cilium" },
  labels: { "helm.sh/chart": "cilium-1.20.2" },
});

const CONTAINERS: Readonly<Record<string, readonly string[]>> = {
  etcd: ["--data-dir=/var/run/etcd", "--client-cert-auth", "--listen-client-urls=https://0.0.0.0:2379"],
  apiserver: ["clustermesh", "--cluster-name=$(CLUSTER_NAME)", "--cluster-id=$(CLUSTER_ID)"],
  kvstoremesh: ["kvstoremesh", "--cluster-name=$(CLUSTER_NAME)", "--cluster-id=$(CLUSTER_ID)"],
};
const USERS = ["--cluster-users-enabled", "--cluster-users-config-path=/var/lib/cilium/etcd-config/users.yaml"];

/** A container as the chart has it; all of them run one image. */
function container(name: string, hasUsers: boolean): object {
  const program = name === "etcd" ? "/usr/bin/etcd" : "/usr/bin/clustermesh-apiserver";
  const args = [...(CONTAINERS[name] ?? []), ...(name === "apiserver" && hasUsers ? USERS : [])];
  return { name, image: "quay.io/cilium/clustermesh-apiserver:v1.20.2", command: [program], args };
}

function deploymentOf({ kvstoremesh = false, authMode, containers, caBundle = false }: ChartValues): LiveObject {
  const names = containers ?? ["etcd", "apiserver", ...(kvstoremesh ? ["kvstoremesh"] : [])];
  const hasUsers = authMode !== "legacy";
  const items = ["tls.crt", "tls.key", ...(caBundle ? [] : ["ca.crt"])].map((key) => ({ key, path: key }));
  const bundle = { configMap: { name: "bundle", items: [{ key: "ca-bundle.crt", path: "ca.crt" }] } };
  const projected = (name: string) => [{ secret: { name, items } }, ...(caBundle ? [bundle] : [])];
  const volumes = [
    { name: "etcd-server-secrets", projected: { sources: projected("clustermesh-apiserver-server-cert") } },
    { name: "etcd-admin-client", projected: { sources: projected("clustermesh-apiserver-admin-cert") } },
    ...(hasUsers
      ? [{ name: "etcd-users-config", configMap: { name: "clustermesh-remote-users", defaultMode: 256 } }]
      : []),
    { name: "etcd-data-dir", emptyDir: {} },
  ];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadata("clustermesh-apiserver"),
    spec: {
      replicas: 2,
      template: {
        spec: {
          initContainers: [{ name: "etcd-init", command: ["/usr/bin/clustermesh-apiserver"], args: ["etcdinit"] }],
          containers: names.map((name) => container(name, hasUsers)),
          volumes,
        },
      },
    },
    status: { replicas: 2, readyReplicas: 1 },
  };
}

/** The Service of a clustermesh-apiserver. */
export function serviceObject(spec: object = {}, status: object = { loadBalancer: {} }): LiveObject {
  const ports = [{ port: 2379, nodePort: 32379, protocol: "TCP", targetPort: 2379 }];
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata("clustermesh-apiserver"),
    spec: { type: "NodePort", clusterIP: "10.96.0.7", ports, ...spec },
    status,
  };
}

/** A Secret with these texts. */
export function secretObject(name: string, files: Readonly<Record<string, string>>): LiveObject {
  const data = Object.entries(files).map(([file, text]) => [file, Buffer.from(text).toString("base64")] as const);
  return { apiVersion: "v1", kind: "Secret", metadata: metadata(name), data: Object.fromEntries(data) };
}

/** All of them, by one CA. */
export async function chartObjects(values: ChartValues = {}, ca?: TestCA): Promise<ChartObjects> {
  const { name = "cluster1" } = values;
  const authority = ca ?? (await testCA());
  const leaf = async (
    secret: string,
    commonName: string,
    dnsNames: readonly string[] = [],
    ipAddresses: readonly string[] = [],
  ) => {
    const certificate = await authority.sign({ commonName, dnsNames, ipAddresses });
    return secretObject(secret, { "ca.crt": authority.certificate, "tls.crt": certificate, "tls.key": "a leaf's key" });
  };
  const host = "clustermesh-apiserver.kube-system.svc";
  return {
    deployment: deploymentOf(values),
    service: serviceObject(),
    ca: secretObject("cilium-ca", { "ca.crt": authority.certificate, "ca.key": authority.privateKey }),
    server: await leaf(
      ...(["clustermesh-apiserver-server-cert", host, [host, "*.mesh.cilium.io"], ["127.0.0.1", "::1"]] as const),
    ),
    admin: await leaf("clustermesh-apiserver-admin-cert", `admin-${name}`),
    remote: await leaf(
      "clustermesh-apiserver-remote-cert",
      values.authMode === "cluster" ? `remote-${name}` : "remote",
    ),
    local: await leaf("clustermesh-apiserver-local-cert", `local-${name}`),
    users: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata("clustermesh-remote-users"),
      data: { "users.yaml": "users:\n" },
    },
  };
}
