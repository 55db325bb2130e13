import { isIPv6 } from "node:net";
import { z } from "zod";
import type { Families } from "../ciliumObjects/setup";
import type { IpFamily } from "../clusterPlan";
import type { ProcessIdentity } from "../host/processIdentity";
import { run } from "../host/run";
import { kubectl, type ClusterAccess } from "../kubectl";
import type { NodeSite } from "../nodes/nodeSite";
import { ipIn } from "./fabric";

const NODES = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ podCIDRs: z.array(z.string()).default([]) }),
    }),
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
export function podRoutes(json: string, nodes: readonly NodeSite["plan"][], families: Families): readonly PodRoute[] {
  const ranges = new Map(
    NODES.parse(JSON.parse(json)).items.map(({ metadata, spec }) => [metadata.name, spec.podCIDRs]),
  );
  return nodes.flatMap((node) =>
    families.map((family) => {
      const podCIDR = ranges.get(node.name)?.find((range) => isIPv6(range.split("/")[0] ?? "") === (family === "ipv6"));
      if (podCIDR === undefined) {
        throw new Error(`${node.name}: the controller-manager has given it no ${family} range for its pods`);
      }
      return { podCIDR, via: node[family] };
    }),
  );
}

/** What has a network pass packets on that are not for itself. */
const FORWARDING: Readonly<Record<IpFamily, string>> = {
  ipv4: "/proc/sys/net/ipv4/ip_forward",
  ipv6: "/proc/sys/net/ipv6/conf/all/forwarding",
};

/**
 * Gives the control planes the ways to a cluster's pods, and has their network forward to them, as a router does. With native routing,
 * pods that speak to the API server, or to another cluster, do so under their own addresses. The setting is of that network namespace alone.
 */
export async function routeToPods(
  fabric: ProcessIdentity,
  access: ClusterAccess,
  nodes: readonly NodeSite[],
  families: Families,
): Promise<void> {
  const { stdout } = await kubectl(access, ["get", "nodes", "--output=json"]);
  const routes = podRoutes(
    stdout,
    nodes.map(({ plan }) => plan),
    families,
  );
  for (const { podCIDR, via } of routes) await ipIn(fabric.pid, "route", "replace", podCIDR, "via", via);
  for (const family of families) {
    const forwarding = ["tee", FORWARDING[family]];
    await run("nsenter", [`--target=${fabric.pid}`, "--net", "--", ...forwarding], { stdin: "1" });
  }
}
