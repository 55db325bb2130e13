import { z } from "zod";
import type { ProcessIdentity } from "../host/processIdentity";
import { run } from "../host/run";
import { kubectl, type ClusterAccess } from "../kubectl";
import type { NodeSite } from "../nodes/nodeSite";
import { ipIn } from "./fabric";

const NODES = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ podCIDR: z.string().optional() }) }),
  ),
});

/** Where a node's pods are: their range, and the node's address as the way to it. */
export interface PodRoute {
  readonly podCIDR: string;
  readonly via: string;
}

/**
 * The ways to a cluster's pods, out of `kubectl get nodes --output=json`.
 * @throws Error that names a node without a range.
 */
export function podRoutes(json: string, nodes: readonly NodeSite["plan"][]): readonly PodRoute[] {
  const ranges = new Map(
    NODES.parse(JSON.parse(json)).items.map(({ metadata, spec }) => [metadata.name, spec.podCIDR]),
  );
  return nodes.map(({ name, ip }) => {
    const podCIDR = ranges.get(name);
    if (podCIDR === undefined) throw new Error(`${name}: the controller-manager has given it no range for its pods`);
    return { podCIDR, via: ip };
  });
}

/**
 * Gives the control planes the ways to a cluster's pods, and has their network forward to them, as a router does. Pods that speak to the API server, or
 * to another cluster, do so under their own addresses: nothing in the lab masquerades. The setting is of that network namespace alone.
 */
export async function routeToPods(
  fabric: ProcessIdentity,
  access: ClusterAccess,
  nodes: readonly NodeSite[],
): Promise<void> {
  const { stdout } = await kubectl(access, ["get", "nodes", "--output=json"]);
  const routes = podRoutes(
    stdout,
    nodes.map(({ plan }) => plan),
  );
  for (const { podCIDR, via } of routes) await ipIn(fabric.pid, "route", "replace", podCIDR, "via", via);
  const forwarding = ["tee", "/proc/sys/net/ipv4/ip_forward"];
  await run("nsenter", [`--target=${fabric.pid}`, "--net", "--", ...forwarding], { stdin: "1" });
}
