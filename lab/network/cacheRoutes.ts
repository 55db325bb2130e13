import type { ClusterSite } from "../controlPlane/cluster";
import { runningMachine } from "../nodes/machine";
import type { NodeSite } from "../nodes/nodeSite";
import { nodesOf } from "../sites";
import { ipIn } from "./fabric";

/** A way that a node has to know: to the pods of another cluster, over a router. */
export interface CacheRoute {
  readonly node: NodeSite;
  readonly podCIDR: string;
  readonly via: string;
}

/** After the routes of Cilium's own, which come with a mesh. */
const METRIC = "1000";

/** Whether its KVStoreMesh dials under the address of its pod: in a tunnel, what leaves it is masqueraded. */
const dialsFromPods = ({ cilium }: ClusterSite): boolean =>
  cilium.mode === "kvstoremesh" && cilium.routing === "native";

/**
 * The ways from the nodes of each cluster to the pods of the others that have KVStoreMesh: it dials peers from a pod, and with native routing
 * nobody else knows the way back before there is a mesh. The router is the network of the control planes, which knows the way to all pods.
 */
export const cacheRoutes = (sites: readonly ClusterSite[]): readonly CacheRoute[] =>
  sites.flatMap((site) => {
    const cached = sites.filter((other) => other !== site && dialsFromPods(other));
    return nodesOf(site).flatMap((node) =>
      cached.flatMap(({ plan, families }) =>
        families.map((family) => ({ node, podCIDR: plan[family].podCIDR, via: site.plan[family].controlPlaneIp })),
      ),
    );
  });

/** Gives all nodes their {@link cacheRoutes}. */
export async function routeToCaches(sites: readonly ClusterSite[]): Promise<void> {
  for (const { node, podCIDR, via } of cacheRoutes(sites)) {
    const machine = runningMachine(node.dir);
    if (machine === undefined) throw new Error(`node ${node.plan.name} in ${node.dir} does not run`);
    await ipIn(machine.pid, "route", "replace", podCIDR, "via", via, "metric", METRIC);
  }
}
