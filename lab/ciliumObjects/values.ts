import { apiServerUrl, type ClusterSite } from "../controlPlane/cluster";
import { etcdEndpoint } from "../controlPlane/etcd";

/** What the chart's values depend on. */
export interface CiliumValuesInput {
  readonly apiServer: string;
  readonly etcdEndpoint: string;
}

/** The input for a cluster of the lab. */
export const valuesInput = (site: ClusterSite): CiliumValuesInput => ({
  apiServer: apiServerUrl(site),
  etcdEndpoint: etcdEndpoint(site, "cilium-etcd"),
});

/** Helm values of a cluster that is in no mesh yet: kvstore mode with an external TLS etcd, name `default`, id 0. */
export function ciliumValues(input: CiliumValuesInput): Readonly<Record<string, unknown>> {
  const server = new URL(input.apiServer);
  return {
    cluster: { name: "default", id: 0 },
    identityAllocationMode: "kvstore",
    etcd: { enabled: true, ssl: true, endpoints: [input.etcdEndpoint] },
    routingMode: "native",
    autoDirectNodeRoutes: true,
    ipv4NativeRoutingCIDR: "10.0.0.0/8",
    enableIPv4Masquerade: false,
    ipam: { mode: "kubernetes" },
    kubeProxyReplacement: false,
    k8sServiceHost: server.hostname,
    k8sServicePort: Number(server.port),
    // The chart's documented way to leave the ClusterMesh Secrets to somebody else.
    clustermesh: { useAPIServer: false, config: { enabled: false } },
    // Nothing is pulled on this machine.
    image: { pullPolicy: "Never" },
    operator: { replicas: 1, image: { pullPolicy: "Never" } },
    envoy: { enabled: false },
    l7Proxy: false,
    hubble: { enabled: false },
  };
}
