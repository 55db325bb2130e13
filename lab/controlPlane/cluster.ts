import { join } from "node:path";
import { planCluster, portsFrom, type ClusterPlan, type Ports } from "../clusterPlan";
import { onLoopback, type Place } from "../host/place";
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
}

/** The site of cluster `number` (from 1) of a lab. Its keys may not be there yet: `ensureClusterPki` makes them. */
export function clusterSite(labDir: string, claim: SlotClaim, number: number): ClusterSite {
  const plan = planCluster(claim.slot, number);
  const dir = join(labDir, plan.name);
  return {
    plan,
    place: onLoopback(plan.ip),
    ports: portsFrom(claim.portOffset),
    pki: clusterPki(dir),
    dir,
    labDir,
  };
}

/** Where clients find the API server. */
export const apiServerUrl = ({ place, ports }: ClusterSite): string => `https://${place.ip}:${ports.apiServer}`;
