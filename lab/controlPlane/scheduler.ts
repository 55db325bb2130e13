import { join } from "node:path";
import { ensureDaemon } from "../host/daemon";
import type { ClusterSite } from "./cluster";
import { writeOwnKubeconfig } from "./kubeconfig";

export const SCHEDULER = "kube-scheduler";

/** Starts the scheduler unless it runs; only a cluster with nodes needs one. */
export async function startScheduler(program: string, site: ClusterSite): Promise<void> {
  const { dir, labDir, place, pki, ports } = site;
  const kubeconfig = join(dir, "scheduler.kubeconfig");
  writeOwnKubeconfig(kubeconfig, site, pki.admin);
  const flags = [
    `--kubeconfig=${kubeconfig}`,
    `--bind-address=${place.ip}`,
    `--secure-port=${ports.scheduler}`,
    `--tls-cert-file=${pki.apiServer.certFile}`,
    `--tls-private-key-file=${pki.apiServer.keyFile}`,
    "--leader-elect=false",
  ];
  await ensureDaemon({ name: SCHEDULER, dir, labDir, place, command: [program, ...flags] });
}
