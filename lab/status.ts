import { join } from "node:path";
import { type CiliumSetup, describeSetup } from "./ciliumObjects/setup";
import { API_SERVER, isApiServerReady } from "./controlPlane/apiServer";
import { apiServerUrl, type ClusterSite } from "./controlPlane/cluster";
import { CONTROLLER_MANAGER } from "./controlPlane/controllerManager";
import { SCHEDULER } from "./controlPlane/scheduler";
import { etcdEndpoint, etcdsOf } from "./controlPlane/etcd";
import { urlHost } from "./host/place";
import { processesInCgroup } from "./host/cgroups";
import { runningDaemon } from "./host/daemon";
import { residentMiB } from "./host/processIdentity";
import { labFolder, readClaim } from "./labState";
import { MACHINE } from "./nodes/machine";
import { nodesOf, sitesOf } from "./sites";

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
  /** How Cilium is installed, by cluster. */
  readonly cilium: Readonly<Record<string, CiliumSetup>>;
  readonly processes: readonly ProcessStatus[];
}

/** The state of one daemon. A node counts with all that runs in its cgroup. */
function processStatus(cluster: string, dir: string, process: string, address: string, cgroup?: string): ProcessStatus {
  const running = runningDaemon(dir, process.split(" ").at(-1) ?? process);
  if (running === undefined) return { cluster, process, address, state: "stopped" };
  const pids = cgroup === undefined ? [running.pid] : processesInCgroup(cgroup);
  const memoryMiB = pids.reduce((sum, pid) => sum + (residentMiB(pid) ?? 0), 0);
  return { cluster, process, address, state: "running", pid: running.pid, memoryMiB };
}

async function clusterStatus(site: ClusterSite): Promise<ProcessStatus[]> {
  const { dir, place, plan, ports } = site;
  const addresses = {
    ...Object.fromEntries(etcdsOf(site).map((etcd) => [etcd, etcdEndpoint(site, etcd)])),
    [API_SERVER]: apiServerUrl(site),
    [CONTROLLER_MANAGER]: `https://${urlHost(place.ip)}:${ports.controllerManager}`,
    ...(site.nodes > 0 ? { [SCHEDULER]: `https://${urlHost(place.ip)}:${ports.scheduler}` } : {}),
  };
  const ready = runningDaemon(dir, API_SERVER) !== undefined && (await isApiServerReady(site));
  const servers = Object.entries(addresses).map(([process, address]): ProcessStatus => {
    const status = processStatus(plan.name, dir, process, address);
    return process === API_SERVER && status.state === "running" && !ready ? { ...status, state: "not ready" } : status;
  });
  const nodes = nodesOf(site).map((node) =>
    processStatus(plan.name, node.dir, `${node.plan.name} ${MACHINE}`, node.ip, node.cgroup),
  );
  return [...servers, ...nodes];
}

/** What of a lab runs; undefined when there is no lab of that name. */
export async function status(name = "default"): Promise<LabStatus | undefined> {
  const dir = labFolder(name);
  const claim = readClaim(dir);
  if (claim === undefined) return undefined;
  const sites = sitesOf(dir, claim);
  const processes = (await Promise.all(sites.map(clusterStatus))).flat();
  const cilium = Object.fromEntries(sites.map((site) => [site.plan.name, site.cilium]));
  return { name, kubeconfig: join(dir, "kubeconfig"), cilium, processes };
}

/** The status as lines of a table. */
export function statusTable({ name, kubeconfig, cilium, processes }: LabStatus): string[] {
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
    ...Object.entries(cilium).map(([cluster, setup]) => `${cluster}: ${describeSetup(setup)}`),
    `lab "${name}": ${total} MiB in all; export KUBECONFIG=${kubeconfig}`,
  ];
}
