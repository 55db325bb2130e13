import { join } from "node:path";
import { assertRunning, ensureDaemon, type DaemonSpec } from "../host/daemon";
import { waitFor } from "../host/waitFor";
import { NODE_PODS_PREFIX, SERVICE_CIDR } from "../clusterPlan";
import { askApiServer } from "./apiServer";
import type { ClusterSite } from "./cluster";
import { writeOwnKubeconfig } from "./kubeconfig";

const READY_MS = 60_000;

export const CONTROLLER_MANAGER = "kube-controller-manager";

/**
 * Command line of the cluster's controller-manager with its default controllers. It acts as administrator: with an account of
 * its own it would need a token per controller, which costs seconds at each start.
 */
export function controllerManagerCommand(program: string, site: ClusterSite): string[] {
  const { pki, place, plan, ports, families } = site;
  return [
    program,
    `--kubeconfig=${kubeconfigFile(site)}`,
    `--bind-address=${place.ip}`,
    `--secure-port=${ports.controllerManager}`,
    `--tls-cert-file=${pki.apiServer.certFile}`,
    `--tls-private-key-file=${pki.apiServer.keyFile}`,
    `--service-account-private-key-file=${pki.tokenKeyFile}`,
    `--root-ca-file=${pki.kubernetesCa.certFile}`,
    "--leader-elect=false",
    "--allocate-node-cidrs=true",
    `--cluster-cidr=${families.map((family) => plan[family].podCIDR).join(",")}`,
    ...families.map((family) => `--node-cidr-mask-size-${family}=${NODE_PODS_PREFIX[family]}`),
    `--service-cluster-ip-range=${families.map((family) => SERVICE_CIDR[family]).join(",")}`,
    // Its default is a folder of the host that it would create.
    `--flex-volume-plugin-dir=${join(site.dir, "flex-volumes")}`,
    "--profiling=false",
  ];
}

/** A kubeconfig of its own: the lab's holds every cluster, and the program would take the first. */
const kubeconfigFile = ({ dir }: ClusterSite): string => join(dir, "kubeconfig");

/** Starts the controller-manager unless it runs, and waits until its controllers have done their first work. */
export async function startControllerManager(program: string, site: ClusterSite): Promise<void> {
  const { dir, labDir, place, plan } = site;
  writeOwnKubeconfig(kubeconfigFile(site), site, site.pki.admin);
  const command = controllerManagerCommand(program, site);
  const daemon: DaemonSpec = { name: CONTROLLER_MANAGER, dir, labDir, place, command };
  await ensureDaemon(daemon);
  await waitFor(`${plan.name}: ${CONTROLLER_MANAGER} to make the default service account`, READY_MS, async (note) => {
    assertRunning(daemon);
    // Its own /healthz is well before any controller runs, and whichever cluster it works on.
    const answer = await askApiServer(site, "/api/v1/namespaces/default/serviceaccounts/default");
    if (answer.kind === "answered" && answer.status === 200) return true;
    note(answer.kind === "answered" ? `status ${answer.status}` : answer.reason);
    return undefined;
  });
}
