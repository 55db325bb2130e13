import { present } from "../../../../components/basics/model/own";
import type { StoredObject } from "../../../support/kubernetes/storedObject";
import { chartValues } from "../../../support/examples/exampleFiles";
import { recordedRendering, type RenderedObject } from "../../../support/examples/rendered";
import { testCA } from "../apiserver/certificates";
import { secretObject } from "../apiserver/chartObjects";

/** A node of a cluster made here. */
interface ExampleNode {
  readonly name: string;
  readonly address: string;
  /** The range of its pods, where it has one. */
  readonly podCIDR?: string;
  /** The subnet of a VPC that its pods get addresses of. */
  readonly eni?: { readonly subnet: string; readonly vpc: string };
}

/** What a cluster of an example has beside what Cilium's chart has made. */
export interface ExampleCluster {
  readonly nodes: readonly ExampleNode[];
  readonly serviceCIDR: string;
  /** Static pods of the control plane, where they can be seen: on which node, and what they run. */
  readonly staticPods?: readonly {
    readonly name: string;
    readonly node: string;
    readonly command: readonly string[];
  }[];
  /** What a load balancer has given the Service of clustermesh-apiserver. */
  readonly ingress?: { readonly ip: string } | { readonly hostname: string };
  /** DNS names of the server certificate beside those that the chart always gives it. */
  readonly certifiedNames?: readonly string[];
  /** Further objects. */
  readonly others?: readonly StoredObject[];
  /** @default the name of the cluster: two contexts that lead to one cluster have one UID */
  readonly uid?: string;
  /** Changes an object that the chart has made. */
  readonly change?: (object: RenderedObject) => RenderedObject;
}

/** The manager of what was applied, and the marks on it, by who has installed Cilium. */
const OWNERS = {
  helm: { manager: "helm", annotations: { "meta.helm.sh/release-name": "cilium" }, chart: "cilium" },
  HelmChart: { manager: "helm", annotations: { "meta.helm.sh/release-name": "cilium" }, chart: "cilium" },
  HelmChartConfig: {
    manager: "helm",
    annotations: { "meta.helm.sh/release-name": "rke2-cilium" },
    chart: "rke2-cilium",
  },
  Application: {
    manager: "argocd-controller",
    annotations: { "argocd.argoproj.io/tracking-id": "cilium" },
    chart: "cilium",
  },
  kubectl: { manager: "kubectl-client-side-apply", annotations: {}, chart: "cilium" },
} as const;

const CHART_LABEL = "helm.sh/chart";

/** The labels of an object, with the name of the chart that has made it. */
function labelsOf(labels: Readonly<Record<string, string>> = {}, chart: string): Readonly<Record<string, string>> {
  const label = labels[CHART_LABEL];
  return label === undefined ? labels : { ...labels, [CHART_LABEL]: label.replace(/^cilium/, chart) };
}

/** Who has installed Cilium in a cluster of an example. */
const ownerOf = (example: string, cluster: string) =>
  example === "by-hand" ? OWNERS.kubectl : OWNERS[chartValues(example, cluster).from];

const NAMESPACE = "kube-system";

function nodeObjects({ name, address, podCIDR, eni }: ExampleNode): readonly StoredObject[] {
  const addresses = [{ type: "InternalIP", ip: address }];
  return [
    {
      kind: "Node",
      metadata: { name, uid: name },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    },
    {
      kind: "CiliumNode",
      metadata: { name, uid: `cilium-${name}` },
      spec: {
        addresses,
        ipam: podCIDR === undefined ? {} : { podCIDRs: [podCIDR] },
        ...(eni === undefined ? {} : { eni: { "vpc-id": eni.vpc } }),
      },
      status: eni === undefined ? {} : { eni: { enis: { "eni-0": { subnet: { cidr: eni.subnet } } } } },
    },
  ];
}

/** Fields of `managedFields` that own all keys of the data. */
const ownedData = ({ data = {} }: RenderedObject) => ({
  "f:data": Object.fromEntries(Object.keys(data).map((key) => [`f:${key}`, {}])),
});

/** What the chart makes with the Secrets of a clustermesh-apiserver, by a CA of the cluster's own. */
async function certificates(cluster: string, certifiedNames: readonly string[]): Promise<readonly StoredObject[]> {
  const ca = await testCA();
  const host = `clustermesh-apiserver.${NAMESPACE}.svc`;
  const leaf = async (secret: string, commonName: string, dnsNames: readonly string[] = []) =>
    secretObject(`clustermesh-apiserver-${secret}-cert`, {
      "ca.crt": ca.certificate,
      "tls.crt": await ca.sign({ commonName, dnsNames }),
      "tls.key": "a leaf's key",
    });
  const leaves = await Promise.all([
    leaf("server", host, [host, "*.mesh.cilium.io", ...certifiedNames]),
    leaf("admin", `admin-${cluster}`),
    leaf("local", `local-${cluster}`),
    leaf("remote", "remote"),
  ]);
  const authority = secretObject("cilium-ca", { "ca.crt": ca.certificate, "ca.key": ca.privateKey });
  return [authority, ...leaves].map((each) => each as unknown as StoredObject);
}

/** All objects of a cluster of an example, Cilium's as its chart was recorded to make them. */
export async function clusterObjects(
  example: string,
  cluster: string,
  given: ExampleCluster,
): Promise<readonly StoredObject[]> {
  const { objects } = recordedRendering(example, cluster);
  const { manager, annotations, chart } = ownerOf(example, cluster);
  const { change = (object: RenderedObject) => object, nodes } = given;
  const ofChart = objects.map(change).map((object): StoredObject => {
    const { kind, metadata } = object;
    const fieldsV1 = ownedData(object);
    const count = kind === "DaemonSet" ? { desiredNumberScheduled: nodes.length } : { replicas: 1, readyReplicas: 1 };
    const ingress = given.ingress === undefined ? {} : { ingress: [given.ingress] };
    const status = kind === "Service" ? { loadBalancer: ingress } : count;
    const managedFields = [{ manager, operation: manager.startsWith("kubectl") ? "Update" : "Apply", fieldsV1 }];
    const own = {
      uid: `${cluster}-${kind}-${metadata.name}`,
      namespace: NAMESPACE,
      resourceVersion: "1",
      managedFields,
    };
    return {
      ...present(object),
      kind,
      metadata: { ...metadata, ...own, annotations: { ...annotations }, labels: labelsOf(metadata.labels, chart) },
      ...(kind === "ConfigMap" ? {} : { status }),
    };
  });
  const hasApiserver = objects.some(({ metadata }) => metadata.name === "clustermesh-apiserver");
  const addressOf = (node: string) => nodes.find(({ name }) => name === node)?.address;
  return [
    { kind: "Namespace", metadata: { name: NAMESPACE, uid: given.uid ?? cluster } },
    ...ofChart,
    ...(hasApiserver ? await certificates(cluster, given.certifiedNames ?? []) : []),
    ...nodes.flatMap(nodeObjects),
    { kind: "ServiceCIDR", metadata: { name: "kubernetes", uid: "services" }, spec: { cidrs: [given.serviceCIDR] } },
    ...(given.staticPods ?? []).map(({ name, node, command }) => ({
      kind: "Pod",
      metadata: { name: `${name}-${node}`, namespace: NAMESPACE, uid: name, labels: { component: name } },
      spec: { nodeName: node, containers: [{ name, command }] },
      status: { hostIP: addressOf(node) },
    })),
    ...(given.others ?? []),
  ];
}
