import { isIPv6 } from "node:net";
import { join } from "node:path";
import type { Families } from "../ciliumObjects/setup";
import type { ClusterPlan } from "../clusterPlan";
import { ensureDaemon, runningDaemon, stopDaemon, type DaemonSpec } from "../host/daemon";
import { inNetworkOf, onLoopback, type Place } from "../host/place";
import { hasBegun, type ProcessIdentity } from "../host/processIdentity";
import { isSetUp, markSetUp } from "../host/setUpMark";
import { run } from "../host/run";

const NAME = "fabric";
/** The bridge that joins control planes and nodes, inside the fabric's own network namespace. */
export const BRIDGE = "br0";

const fabricDir = (labDir: string): string => join(labDir, "fabric");

/** The process that keeps the lab's network: one namespace with a bridge, where the control planes are too. Nothing of it is on the host. */
export const runningFabric = (labDir: string): ProcessIdentity | undefined => runningDaemon(fabricDir(labDir), NAME);

/** Where a cluster's control plane runs in a lab with nodes. */
export const onFabric = (fabric: ProcessIdentity, plan: ClusterPlan, [primary, ...others]: Families): Place =>
  inNetworkOf(
    fabric.pid,
    plan[primary].controlPlaneIp,
    plan.ip,
    others.map((family) => plan[family].controlPlaneIp),
  );

/** Runs `ip` in the network namespace of a process. */
export const ipIn = (pid: number, ...args: readonly string[]): Promise<unknown> =>
  run("nsenter", [`--target=${pid}`, "--net", "--", "ip", ...args]);

/** Gives a device an address, with its network on the link. One of IPv6 is used at once: nobody else can have it. */
export const addAddress = (pid: number, ip: string, device: string): Promise<unknown> =>
  isIPv6(ip)
    ? ipIn(pid, "-6", "address", "replace", `${ip}/64`, "dev", device, "nodad")
    : ipIn(pid, "address", "replace", `${ip}/24`, "dev", device);

/** Starts the lab's network where it does not run, and gives every control plane its addresses. */
export async function ensureFabric(labDir: string, controlPlaneIps: readonly string[]): Promise<ProcessIdentity> {
  const dir = fabricDir(labDir);
  const spec: DaemonSpec = {
    name: NAME,
    dir,
    labDir,
    place: onLoopback("127.0.0.1"),
    command: ["unshare", "--net", "sleep", "infinity"],
  };
  const mark = join(dir, "configured");
  const running = runningFabric(labDir);
  if (running !== undefined && !isSetUp(running, mark)) await stopDaemon(dir, NAME);
  await ensureDaemon(spec);
  const fabric = runningFabric(labDir);
  if (fabric === undefined) throw new Error("the lab's network ended at once; are network namespaces allowed here?");
  await hasBegun(fabric);
  if (!isSetUp(fabric, mark)) {
    await ipIn(fabric.pid, "link", "set", "lo", "up");
    await ipIn(fabric.pid, "link", "add", BRIDGE, "type", "bridge");
    await ipIn(fabric.pid, "link", "set", BRIDGE, "up");
    markSetUp(fabric, mark);
  }
  for (const ip of controlPlaneIps) await addAddress(fabric.pid, ip, BRIDGE);
  return fabric;
}
