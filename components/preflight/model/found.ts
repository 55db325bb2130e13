import { runs } from "../../apiserver/model/liveApiserver";
import { wayIn } from "../../apiserver/model/wayIn";
import { present } from "../../basics/model/own";
import { rangesOf } from "../../mesh/model/cidr";
import { mergedRanges } from "../../mesh/model/mergedRanges";
import type { Found, Reads } from "../../mesh/model/publication";
import { clientCertificatesFound } from "./apiserverAuthority";
import { entrancesOf } from "./entrances";
import { foundIdentity, type IdentityPolicy } from "./foundIdentity";
import { enabled, ipamOf } from "./ipam";
import type { ReachableCluster } from "./liveCluster";
import { podRanges } from "./liveRanges";

/** More than a person would write down: ranges of nodes without a range that they come from. */
export const MOST_FOUND_RANGES = 100;

function reads({ apiserver }: ReachableCluster): Reads | undefined {
  if (apiserver === undefined) return undefined;
  return runs(apiserver, "kvstoremesh") ? "cached" : "direct";
}

/** Out of which Kubernetes gives nodes the ranges of their pods: with it, a new node adds none. */
function clusterCIDRs(live: ReachableCluster) {
  return ipamOf({ live }) === "kubernetes" ? enabled({ live }, rangesOf(live.network?.clusterCIDRs ?? [])) : [];
}

function podCIDRs(live: ReachableCluster): readonly string[] | undefined {
  const merged = mergedRanges([...clusterCIDRs(live), ...podRanges({ live }).flatMap(({ ranges }) => ranges)]);
  return merged.length > 0 && merged.length <= MOST_FOUND_RANGES ? merged : undefined;
}

/** A cluster by what is written down of it. */
interface FoundCluster {
  readonly name: string;
  readonly id: number;
  readonly etcd?: unknown;
}

/**
 * What a live cluster says of itself, for what is not written down. Ranges of nodes are not among it: nodes come and go, and with each of them
 * the ranges would be others; without them the addresses that nodes have now are judged (`nodesAmongPods`).
 */
export function foundOf({ name, id, etcd }: FoundCluster, live: ReachableCluster, policy: IdentityPolicy): Found {
  const { service, server } = live.apiserver ?? {};
  const way = service && wayIn(name, service, entrancesOf(name, live, policy.recorded), server?.dnsNames);
  const clientCertificates = live.apiserver && clientCertificatesFound(live.apiserver);
  const dialled = way?.kind === "found" ? way : undefined;
  return present({
    identity: etcd === undefined ? foundIdentity({ name, id }, live, policy) : undefined,
    reads: reads(live),
    clientCertificates,
    ca: clientCertificates === "signed" ? live.apiserver?.ca?.fingerprint : undefined,
    endpoints: dialled?.endpoints,
    hostAliases: dialled?.hostAliases,
    podCIDRs: podCIDRs(live),
  });
}
