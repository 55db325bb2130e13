import type { ClusterSite } from "../controlPlane/cluster";
import { etcdEndpoint } from "../controlPlane/etcd";
import { APISERVER_IMAGES, IMAGES } from "../images/definitions";
import { type IpFamily, LAB_CIDR } from "../clusterPlan";
import { CGROUP_V2 } from "../nodes/mounts";
import type { CiliumMode, Families, Routing } from "./setup";

/** Values of Cilium's chart. */
export type HelmValues = Readonly<Record<string, unknown>>;

/** Where peers find clustermesh-apiserver on every node; the chart's own default. */
const APISERVER_NODE_PORT = 32_379;

/** Values with which Cilium runs where a node is a set of namespaces, on images that were made here; nothing a user's cluster differs in. */
const NODE_VALUES = {
  image: { override: IMAGES.agent.name, pullPolicy: "Never" },
  operator: { replicas: 1, image: { override: IMAGES.operator.name, pullPolicy: "Never" } },
  cgroup: { autoMount: { enabled: false }, hostRoot: CGROUP_V2 },
  bpf: { autoMount: { enabled: false }, mapDynamicSizeRatio: 0.0025 },
  sysctlfix: { enabled: false },
  devices: "eth0",
  // The chart's own lists have SYS_RESOURCE as well, which a VM may not give and Cilium does without.
  securityContext: {
    capabilities: {
      ciliumAgent: [
        ...["CHOWN", "KILL", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "SYS_MODULE", "SYS_ADMIN", "DAC_OVERRIDE", "FOWNER"],
        ...["SETGID", "SETUID", "SYSLOG"],
      ],
      cleanCiliumState: ["NET_ADMIN", "SYS_MODULE", "SYS_ADMIN"],
    },
  },
} as const;

/** The same objects without a node to run them on: nothing is pulled. */
const OBJECT_VALUES = {
  image: { pullPolicy: "Never" },
  operator: { replicas: 1, image: { pullPolicy: "Never" } },
} as const;

/** The chart's documented way to leave the ClusterMesh Secrets to another program. */
const SECRETS_BY_OTHERS = { config: { enabled: false } } as const;

/** Identities in CustomResourceDefinitions, and a clustermesh-apiserver that peers reach on every node. */
const apiserverValues = (kvstoremesh: boolean): HelmValues => ({
  identityAllocationMode: "crd",
  etcd: { enabled: false },
  clustermesh: {
    useAPIServer: true,
    ...SECRETS_BY_OTHERS,
    apiserver: {
      image: { override: APISERVER_IMAGES.apiserver.name, pullPolicy: "Never" },
      kvstoremesh: { enabled: kvstoremesh },
      service: { type: "NodePort", nodePort: APISERVER_NODE_PORT },
      tls: { auto: { enabled: true, method: "helm" } },
    },
  },
});

/** What each mode is to the chart. */
const MODE_VALUES: Readonly<Record<CiliumMode, (site: ClusterSite) => HelmValues>> = {
  kvstore: (site) => ({
    identityAllocationMode: "kvstore",
    etcd: { enabled: true, ssl: true, endpoints: [etcdEndpoint(site, "cilium-etcd")] },
    clustermesh: { useAPIServer: false, ...SECRETS_BY_OTHERS },
  }),
  apiserver: () => apiserverValues(false),
  kvstoremesh: () => apiserverValues(true),
};

const NATIVE_VALUES: Readonly<Record<IpFamily, HelmValues>> = {
  ipv4: { ipv4NativeRoutingCIDR: LAB_CIDR.ipv4, enableIPv4Masquerade: false },
  ipv6: { ipv6NativeRoutingCIDR: LAB_CIDR.ipv6, enableIPv6Masquerade: false },
};

/**
 * What each routing is to the chart. In a tunnel, pods that leave it (for the API server, an etcd, or the NodePort of a peer) are masqueraded
 * behind their node, as by the chart's default, and between clusters they stay in it, under their own addresses. Natively nothing is
 * masqueraded, and every node has routes to the pods of the others.
 */
const ROUTING_VALUES: Readonly<Record<Routing, (families: Families) => HelmValues>> = {
  tunnel: () => ({ routingMode: "tunnel", autoDirectNodeRoutes: false }),
  native: (families) => ({
    routingMode: "native",
    autoDirectNodeRoutes: true,
    ...families.reduce((values, family) => ({ ...values, ...NATIVE_VALUES[family] }), {}),
  }),
};

/** Helm values of a cluster that is in no mesh yet. */
export function ciliumValues(site: ClusterSite): HelmValues {
  const { place, ports, families } = site;
  const { identity, mode, routing, kubeProxyReplacement } = site.cilium;
  return {
    cluster: identity,
    ...MODE_VALUES[mode](site),
    ...ROUTING_VALUES[routing](families),
    ...Object.fromEntries(
      (["ipv4", "ipv6"] as const).map((family) => [family, { enabled: families.includes(family) }]),
    ),
    kubeProxyReplacement,
    ipam: { mode: "kubernetes" },
    k8sServiceHost: place.ip,
    k8sServicePort: ports.apiServer,
    envoy: { enabled: false },
    l7Proxy: false,
    hubble: { enabled: false },
    ...(site.nodes > 0 ? NODE_VALUES : OBJECT_VALUES),
  };
}
