import { type ClusterSite, ownApiServerUrl } from "../controlPlane/cluster";
import { etcdEndpoint } from "../controlPlane/etcd";
import { IMAGES } from "../images/definitions";
import { CGROUP_V2 } from "../nodes/mounts";

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

/** Helm values of a cluster that is in no mesh yet: kvstore mode with an external TLS etcd, name `default`, id 0. */
export function ciliumValues(site: ClusterSite): Readonly<Record<string, unknown>> {
  const server = new URL(ownApiServerUrl(site));
  return {
    cluster: { name: "default", id: 0 },
    identityAllocationMode: "kvstore",
    etcd: { enabled: true, ssl: true, endpoints: [etcdEndpoint(site, "cilium-etcd")] },
    routingMode: "native",
    autoDirectNodeRoutes: true,
    ipv4NativeRoutingCIDR: "10.0.0.0/8",
    enableIPv4Masquerade: false,
    ipam: { mode: "kubernetes" },
    kubeProxyReplacement: false,
    k8sServiceHost: server.hostname,
    k8sServicePort: Number(server.port),
    // The chart's documented way to leave the ClusterMesh Secrets to another program.
    clustermesh: { useAPIServer: false, config: { enabled: false } },
    envoy: { enabled: false },
    l7Proxy: false,
    hubble: { enabled: false },
    ...(site.nodes > 0 ? NODE_VALUES : OBJECT_VALUES),
  };
}
