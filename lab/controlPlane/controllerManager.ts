import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assertRunning, ensureDaemon, type DaemonSpec } from "../host/daemon";
import { ask } from "../host/httpsGet";
import { waitFor } from "../host/waitFor";
import { SERVICE_CIDR } from "../pki/clusterPki";
import type { ClusterSite } from "./cluster";

const READY_MS = 60_000;

export const CONTROLLER_MANAGER = "kube-controller-manager";

/**
 * Command line of the cluster's controller-manager with its default controllers. It acts as administrator: with an account of
 * its own it would need a token per controller, which costs seconds at each start.
 */
export function controllerManagerCommand(program: string, site: ClusterSite, kubeconfig: string): string[] {
  const { pki, place, plan, ports } = site;
  return [
    program,
    `--kubeconfig=${kubeconfig}`,
    `--bind-address=${place.ip}`,
    `--secure-port=${ports.controllerManager}`,
    `--tls-cert-file=${pki.apiServer.certFile}`,
    `--tls-private-key-file=${pki.apiServer.keyFile}`,
    `--service-account-private-key-file=${pki.tokenKeyFile}`,
    `--root-ca-file=${pki.kubernetesCa.certFile}`,
    "--leader-elect=false",
    "--allocate-node-cidrs=true",
    `--cluster-cidr=${plan.podCIDR}`,
    "--node-cidr-mask-size=24",
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    // Its default is a folder of the host that it would create.
    `--flex-volume-plugin-dir=${join(site.dir, "flex-volumes")}`,
    "--profiling=false",
  ];
}

/** Starts the controller-manager unless it runs, and waits until it is healthy. */
export async function startControllerManager(program: string, site: ClusterSite, kubeconfig: string): Promise<void> {
  const { dir, labDir, place } = site;
  const command = controllerManagerCommand(program, site, kubeconfig);
  const daemon: DaemonSpec = { name: CONTROLLER_MANAGER, dir, labDir, place, command };
  await ensureDaemon(daemon);
  const url = `https://${place.ip}:${site.ports.controllerManager}/healthz`;
  const { kubernetesCa, admin } = site.pki;
  const tls = {
    ca: readFileSync(kubernetesCa.certFile),
    cert: readFileSync(admin.certFile),
    key: readFileSync(admin.keyFile),
  };
  await waitFor(`${site.plan.name}: ${CONTROLLER_MANAGER} healthy at ${url}`, READY_MS, async (note) => {
    assertRunning(daemon);
    const answer = await ask(url, tls);
    if (answer.kind === "answered" && answer.status === 200) return true;
    note(answer.kind === "answered" ? `${answer.status} ${answer.body}` : answer.reason);
    return undefined;
  });
}
