import { join } from "node:path";
import { DEFAULT_SETUP, type CiliumSetup, type Families, familiesOf } from "../ciliumObjects/setup";
import { planCluster, portsFrom, type ClusterPlan, type Ports } from "../clusterPlan";
import { onLoopback, type Place, urlHost } from "../host/place";
import { clusterPki, type ClusterPki } from "../pki/clusterPki";
import type { SlotClaim } from "../slot";

/** One cluster's plan, place, files and ports: all that its processes are started from. */
export interface ClusterSite {
  readonly plan: ClusterPlan;
  readonly place: Place;
  readonly ports: Ports;
  readonly pki: ClusterPki;
  /** The cluster's own folder: pid files, logs, data. */
  readonly dir: string;
  readonly labDir: string;
  /** How many nodes the cluster has; none for a control plane alone. */
  readonly nodes: number;
  readonly cilium: CiliumSetup;
  /** Its IP families, the primary one first. */
  readonly families: Families;
}

/**
 * The site of cluster `number` (from 1) of a lab, on this machine's loopback unless another place is given. Its keys may not be there
 * yet: `ensureClusterPki` makes them.
 */
export function clusterSite(
  labDir: string,
  claim: SlotClaim,
  number: number,
  placeOf: (plan: ClusterPlan, families: Families) => Place = ({ ip }) => onLoopback(ip),
): ClusterSite {
  const plan = planCluster(claim.slot, number);
  const dir = join(labDir, plan.name);
  const cilium = claim.cilium[number - 1] ?? DEFAULT_SETUP;
  const families = familiesOf(cilium.ipFamilies);
  return {
    plan,
    place: placeOf(plan, families),
    ports: portsFrom(claim.portOffset),
    pki: clusterPki(dir),
    dir,
    labDir,
    nodes: claim.nodes[number - 1] ?? 0,
    cilium,
    families,
  };
}

/** Where programs of this machine find the API server. */
export const apiServerUrl = ({ place, ports }: ClusterSite): string =>
  `https://${urlHost(place.dialIp)}:${ports.apiServer}`;

/** Where the cluster's own nodes and controllers find it. */
export const ownApiServerUrl = ({ place, ports }: ClusterSite): string =>
  `https://${urlHost(place.ip)}:${ports.apiServer}`;
