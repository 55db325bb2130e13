import { isOn } from "../../cilium/model/agentBoolean";
import type { Range } from "../../mesh/model/cidr";
import { agentSettings } from "./liveCluster";
import type { InspectedCluster } from "./policy";

/** Chaining modes in which Cilium gives the addresses all the same. */
const OWN_ADDRESSES: ReadonlySet<string> = new Set(["", "none", "portmap"]);

/** Who gives a cluster's pods their addresses: its IPAM mode, or the plugin that Cilium is chained to. */
export function ipamOf({ live }: Pick<InspectedCluster, "live">): string {
  const { ipam = "cluster-pool", "cni-chaining-mode": chained = "" } = agentSettings(live) ?? {};
  return OWN_ADDRESSES.has(chained) ? ipam : chained;
}

/** Modes in which pods have ranges apart from the nodes'. */
export const OWN_RANGES: ReadonlySet<string> = new Set(["cluster-pool", "kubernetes", "multi-pool"]);

/** The ranges of the families that are enabled. */
export function enabled({ live }: Pick<InspectedCluster, "live">, ranges: readonly Range[]): readonly Range[] {
  const settings = agentSettings(live) ?? {};
  return ranges.filter(({ family }) => isOn(settings[`enable-ipv${family}`], true));
}

/** What to do about a range or an address that is not declared. */
export const DECLARE_IT =
  "declare every range that the cluster has; where it is another cluster's, point context at the right cluster, or install one of them with another range";
