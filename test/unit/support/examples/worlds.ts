import { z } from "zod";
import { clusterFile } from "../../../support/examples/exampleFiles";
import type { ExampleCluster } from "./exampleCluster";

/** The clusters of an example, by name. */
export type World = Readonly<Record<string, ExampleCluster>>;

type Node = ExampleCluster["nodes"][number];

const networking = z.looseObject({ podSubnet: z.string(), serviceSubnet: z.string() });
const kubernetesFile = z.looseObject({ networking });
const rancherFile = z.looseObject({ "cluster-cidr": z.string(), "service-cidr": z.string() });

/** The nth node's range of a range of pods: `10.61.2.0/24` of `10.61.0.0/16`. */
const nodeRange = (range: string, n: number): string => range.replace(/\.0\.0\/16$/, `.${String(n)}.0/24`);

/** Nodes, by their addresses, whose pods have ranges of a range. */
const nodesWith = (cluster: string, pods: string, ...addresses: readonly string[]): readonly Node[] =>
  addresses.map((address, index) => ({
    name: `${cluster}-${String(index)}`,
    address,
    podCIDR: nodeRange(pods, index),
  }));

/** The static pods of a control plane by kubeadm, or of one like it, which has the API server's etcd beside it. */
const controlPlane = (pods: string, { name: node }: Pick<Node, "name">): NonNullable<ExampleCluster["staticPods"]> => [
  { name: "kube-apiserver", node, command: ["kube-apiserver", "--etcd-servers=https://127.0.0.1:2379"] },
  {
    name: "kube-controller-manager",
    node,
    command: ["kube-controller-manager", "--allocate-node-cidrs=true", `--cluster-cidr=${pods}`],
  },
];

/** A cluster whose nodes get their ranges from Kubernetes. */
function ofKubernetes(
  cluster: string,
  pods: string,
  serviceCIDR: string,
  ...addresses: readonly string[]
): ExampleCluster {
  const nodes = nodesWith(cluster, pods, ...addresses);
  const [first = { name: "" }] = nodes;
  return { nodes, serviceCIDR, staticPods: controlPlane(pods, first) };
}

/** Clusters of kind, all on Docker's network; `pods` in place of the ranges that their files have. */
export function kindWorld(pods?: string): World {
  const cluster = (name: string, ...addresses: readonly string[]) => {
    const { podSubnet, serviceSubnet } = kubernetesFile.parse(clusterFile("kind", name, "kind")).networking;
    return ofKubernetes(name, pods ?? podSubnet, serviceSubnet, ...addresses);
  };
  return { west: cluster("west", "172.18.0.2", "172.18.0.3"), east: cluster("east", "172.18.0.4", "172.18.0.5") };
}

/** Clusters by kubeadm. @param over What both have beside that. */
export function kubeadmWorld(over: Partial<ExampleCluster> = {}): World {
  const cluster = (name: string, ...addresses: readonly string[]) => {
    const { podSubnet, serviceSubnet } = kubernetesFile.parse(clusterFile("kubeadm", name, "kubeadm")).networking;
    return { ...ofKubernetes(name, podSubnet, serviceSubnet, ...addresses), ...over };
  };
  return { north: cluster("north", "10.31.0.11", "10.31.0.12"), south: cluster("south", "10.32.0.11", "10.32.0.12") };
}

/** What differs between two clusters of EKS. */
interface Vpc {
  readonly range: string;
  readonly id: string;
  readonly region: string;
}

const VPCS = {
  "eks-west": { range: "10.41.0.0/16", id: "vpc-0041", region: "eu-west-1" },
  "eks-east": { range: "10.42.0.0/16", id: "vpc-0042", region: "eu-central-1" },
} satisfies Readonly<Record<string, Vpc>>;

/** Clusters of EKS with ENI. Their control planes cannot be seen. @param vpcs What is otherwise of one's VPC. @param certified Whether their certificates have the names of their load balancers. */
export function eksWorld(
  vpcs: Partial<Record<keyof typeof VPCS, Partial<Vpc>>> = {},
  certified = (names: readonly string[]) => names,
): World {
  const cluster = (name: keyof typeof VPCS): ExampleCluster => {
    const { range, id, region } = { ...VPCS[name], ...vpcs[name] };
    const eni = { subnet: nodeRange(range, 1), vpc: id };
    const addresses = [10, 11].map((n) => nodeRange(range, 1).replace(/0\/24$/, String(n)));
    return {
      nodes: addresses.map((address, index) => ({ name: `${name}-${String(index)}`, address, eni })),
      serviceCIDR: "172.20.0.0/16",
      ingress: { hostname: `k8s-kubesyst-clusterm-0a1b2c3d4e-5f6a7b8c9d.elb.${region}.amazonaws.com` },
      certifiedNames: certified([`*.elb.${region}.amazonaws.com`]),
    };
  };
  return { "eks-west": cluster("eks-west"), "eks-east": cluster("eks-east") };
}

/** A cluster of RKE2, whose control plane is static pods, and one of k3s, which has it in one process; `pods` in place of their files' ranges. */
export function rancherWorld(pods?: string): World {
  const cluster = (name: string, ...addresses: readonly string[]) => {
    const file = rancherFile.parse(clusterFile("rancher", name, "config"));
    return ofKubernetes(name, pods ?? file["cluster-cidr"], file["service-cidr"], ...addresses);
  };
  const { nodes, serviceCIDR } = cluster("edge", "192.168.50.21", "192.168.50.22");
  return { core: cluster("core", "192.168.50.11", "192.168.50.12"), edge: { nodes, serviceCIDR } };
}

/** Clusters whose Cilium was made by Argo CD, with load balancers that have addresses. */
export function argocdWorld(over: Partial<ExampleCluster> = {}): World {
  const cluster = (name: string, id: number): ExampleCluster => ({
    nodes: nodesWith(name, `10.1${String(id)}.0.0/16`, `10.${String(id)}.0.11`, `10.${String(id)}.0.12`),
    serviceCIDR: "10.96.0.0/12",
    ingress: { ip: `10.${String(id)}.0.200` },
    ...over,
  });
  return { blue: cluster("blue", 61), green: cluster("green", 62) };
}

/** Clusters that were made by hand. */
export function byHandWorld(over: Partial<ExampleCluster> = {}): World {
  return {
    cluster1: { ...ofKubernetes("cluster1", "10.60.0.0/16", "10.96.0.0/16", "10.1.1.11", "10.1.1.12"), ...over },
    cluster2: { ...ofKubernetes("cluster2", "10.70.0.0/16", "10.97.0.0/16", "10.2.2.11"), ...over },
  };
}

/** The clusters of each example, as its files make them. */
export const WORLDS: Readonly<Record<string, () => World>> = {
  argocd: argocdWorld,
  "by-hand": byHandWorld,
  eks: eksWorld,
  kind: kindWorld,
  kubeadm: kubeadmWorld,
  rancher: rancherWorld,
};
