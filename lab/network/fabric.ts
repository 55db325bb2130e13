import { join } from "node:path";
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
export const onFabric = (fabric: ProcessIdentity, plan: ClusterPlan): Place =>
  inNetworkOf(fabric.pid, plan.controlPlaneIp, plan.ip);

/** Runs `ip` in the network namespace of a process. */
export const ipIn = (pid: number, ...args: readonly string[]): Promise<unknown> =>
  run("nsenter", [`--target=${pid}`, "--net", "--", "ip", ...args]);

/** Starts the lab's network where it does not run, and gives every control plane its address. */
export async function ensureFabric(labDir: string, plans: readonly ClusterPlan[]): Promise<ProcessIdentity> {
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
  for (const { controlPlaneIp } of plans) {
    await ipIn(fabric.pid, "address", "replace", `${controlPlaneIp}/24`, "dev", BRIDGE);
  }
  return fabric;
}
