import type { ProcessIdentity } from "../host/processIdentity";
import { addAddress, BRIDGE, ipIn } from "../network/fabric";
import type { NodeSite } from "./nodeSite";

/** Name of the node's end on the bridge; a device's name has 15 characters at most. */
const bridgePort = ({ plan, cluster }: NodeSite): string => `c${cluster.plan.id - 100}${plan.name}`;

/** Plugs a node into the lab's network. Every address is on its link, as in one rack: what `autoDirectNodeRoutes` needs. */
export async function plugIn(node: NodeSite, fabric: ProcessIdentity, init: ProcessIdentity): Promise<void> {
  const port = bridgePort(node);
  // The port of a machine that has just ended goes a moment later than the machine.
  await ipIn(fabric.pid, "link", "delete", port).catch(() => undefined);
  await ipIn(fabric.pid, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", String(init.pid));
  await ipIn(fabric.pid, "link", "set", port, "master", BRIDGE, "up");
  await ipIn(init.pid, "link", "set", "lo", "up");
  for (const ip of node.ips) await addAddress(init.pid, ip, "eth0");
  await ipIn(init.pid, "link", "set", "eth0", "up");
  for (const family of node.cluster.families) {
    await ipIn(init.pid, family === "ipv4" ? "-4" : "-6", "route", "add", "default", "dev", "eth0");
  }
}
