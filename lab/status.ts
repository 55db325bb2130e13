import { join } from "node:path";
import { API_SERVER, isApiServerReady } from "./controlPlane/apiServer";
import { apiServerUrl, clusterSite, type ClusterSite } from "./controlPlane/cluster";
import { CONTROLLER_MANAGER } from "./controlPlane/controllerManager";
import { etcdEndpoint } from "./controlPlane/etcd";
import { runningDaemon } from "./host/daemon";
import { residentMiB } from "./host/processIdentity";
import { clusterNumbers, labFolder, readClaim } from "./labState";

/** One process of a lab as it is now. */
export interface ProcessStatus {
  readonly cluster: string;
  readonly process: string;
  readonly address: string;
  readonly state: "running" | "not ready" | "stopped";
  readonly pid?: number;
  readonly memoryMiB?: number;
}

/** A lab as it is now. */
export interface LabStatus {
  readonly name: string;
  readonly kubeconfig: string;
  readonly processes: readonly ProcessStatus[];
}

async function clusterStatus(site: ClusterSite): Promise<ProcessStatus[]> {
  const ready = runningDaemon(site.dir, API_SERVER) !== undefined && (await isApiServerReady(site));
  const addresses = {
    "api-etcd": etcdEndpoint(site, "api-etcd"),
    "cilium-etcd": etcdEndpoint(site, "cilium-etcd"),
    [API_SERVER]: apiServerUrl(site),
    [CONTROLLER_MANAGER]: `https://${site.place.ip}:${site.ports.controllerManager}`,
  };
  return Object.entries(addresses).map(([process, address]): ProcessStatus => {
    const cluster = site.plan.name;
    const running = runningDaemon(site.dir, process);
    if (running === undefined) return { cluster, process, address, state: "stopped" };
    const memoryMiB = residentMiB(running.pid) ?? 0;
    const state = process === API_SERVER && !ready ? "not ready" : "running";
    return { cluster, process, address, state, pid: running.pid, memoryMiB };
  });
}

/** What of a lab runs; undefined when there is no lab of that name. */
export async function status(name = "default"): Promise<LabStatus | undefined> {
  const dir = labFolder(name);
  const claim = readClaim(dir);
  if (claim === undefined) return undefined;
  const sites = clusterNumbers(dir).map((number) => clusterSite(dir, claim, number));
  const processes = (await Promise.all(sites.map(clusterStatus))).flat();
  return { name, kubeconfig: join(dir, "kubeconfig"), processes };
}

/** The status as lines of a table. */
export function statusTable({ name, kubeconfig, processes }: LabStatus): string[] {
  const rows = [
    ["CLUSTER", "PROCESS", "STATE", "PID", "MEMORY", "ADDRESS"],
    ...processes.map(({ cluster, process, state, pid, memoryMiB, address }) => [
      cluster,
      process,
      state,
      pid === undefined ? "-" : String(pid),
      memoryMiB === undefined ? "-" : `${memoryMiB} MiB`,
      address,
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const total = processes.reduce((sum, { memoryMiB = 0 }) => sum + memoryMiB, 0);
  return [
    ...rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    ),
    "",
    `lab "${name}": ${total} MiB in all; export KUBECONFIG=${kubeconfig}`,
  ];
}
