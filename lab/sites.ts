import { clusterSite, type ClusterSite } from "./controlPlane/cluster";
import { onLoopback } from "./host/place";
import { clusterNumbers } from "./labState";
import { onFabric, runningFabric } from "./network/fabric";
import { nodeSite, type NodeSite } from "./nodes/nodeSite";
import type { SlotClaim } from "./slot";

/** The site of a cluster: on the lab's own network where that runs, else on this machine's loopback. */
export function siteOf(labDir: string, claim: SlotClaim, number: number): ClusterSite {
  const fabric = claim.nodes.length === 0 ? undefined : runningFabric(labDir);
  return clusterSite(labDir, claim, number, (plan, families) =>
    fabric === undefined ? onLoopback(plan.ip) : onFabric(fabric, plan, families),
  );
}

/** The sites of all clusters that a lab has, running or not. */
export const sitesOf = (labDir: string, claim: SlotClaim): readonly ClusterSite[] =>
  clusterNumbers(labDir).map((number) => siteOf(labDir, claim, number));

/** The nodes of a cluster. */
export const nodesOf = (site: ClusterSite): readonly NodeSite[] =>
  Array.from({ length: site.nodes }, (_, index) => nodeSite(site, index + 1));
