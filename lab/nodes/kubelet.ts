import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeTools } from "../cache/tools";
import { writeOwnKubeconfig } from "../controlPlane/kubeconfig";
import { CONTAINERD_SOCKET } from "./containerd";
import { NODE_ETC, type NodeSite } from "./nodeSite";

/** Label of the last node of a cluster: where workloads go that shall not be beside those on `node1`, if there is another node. */
export const LAST_NODE = "lab/last";

/** https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
export const KUBELET_CONFIGURATION = {
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: false },
    x509: { clientCAFile: join(NODE_ETC, "kubernetes-ca.crt") },
  },
  authorization: { mode: "AlwaysAllow" },
  containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
  resolvConf: join(NODE_ETC, "resolv.conf"),
  nodeStatusUpdateFrequency: "5s",
  // What follows is for a node that is a namespace and not a machine: no hierarchy of QoS cgroups, no limits of the node as a whole.
  cgroupDriver: "cgroupfs",
  failCgroupV1: false,
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
  failSwapOn: false,
  makeIPTablesUtilChains: false,
  featureGates: { KubeletInUserNamespace: true },
  localStorageCapacityIsolation: false,
  evictionHard: {
    "imagefs.available": "1%",
    "nodefs.available": "1%",
    "nodefs.inodesFree": "1%",
    "memory.available": "10Mi",
  },
} as const;

/** Writes the kubelet's files, and returns its command line in the node. */
export function kubeletCommand(site: NodeSite, tools: NodeTools): readonly string[] {
  const file = (name: string): string => join(site.etc, name);
  writeFileSync(file("kubelet.json"), JSON.stringify(KUBELET_CONFIGURATION), { mode: 0o600 });
  // Nobody answers there: what the lab runs finds everything by address.
  writeFileSync(file("resolv.conf"), "nameserver 127.0.0.1\n", { mode: 0o644 });
  copyFileSync(site.cluster.pki.kubernetesCa.certFile, file("kubernetes-ca.crt"));
  writeOwnKubeconfig(file("kubeconfig"), site.cluster, site.certificate);
  return [
    tools.kubelet,
    `--config=${join(NODE_ETC, "kubelet.json")}`,
    `--kubeconfig=${join(NODE_ETC, "kubeconfig")}`,
    `--hostname-override=${site.plan.name}`,
    `--node-ip=${site.ips.join(",")}`,
    ...(site.last ? [`--node-labels=${LAST_NODE}=true`] : []),
    "--root-dir=/var/lib/kubelet",
    "--cert-dir=/var/lib/kubelet/pki",
    // Its default is under /usr.
    "--volume-plugin-dir=/var/lib/kubelet/volume-plugins",
  ];
}
