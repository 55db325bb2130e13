import { basename, join } from "node:path";
import { type NodePlan, planNode } from "../clusterPlan";
import type { ClusterSite } from "../controlPlane/cluster";
import { NODE_PREFIX } from "../host/cgroupPlan";
import { shortHash } from "../host/files";
import type { PairFiles } from "../pki/clusterPki";

/** One node of a cluster: all that its processes are started from. */
export interface NodeSite {
  readonly plan: NodePlan;
  /** Its addresses, one of each family of its cluster, the primary one first. */
  readonly ips: readonly [string, ...string[]];
  /** The primary one. */
  readonly ip: string;
  readonly cluster: ClusterSite;
  /** The node's own folder on this machine: pid files, logs, and what its mounts show inside. */
  readonly dir: string;
  /** Files that its programs read, seen inside as {@link NODE_ETC}. */
  readonly etc: string;
  readonly certificate: PairFiles;
  /** Whether it is the last node of its cluster. */
  readonly last: boolean;
  /** The node's cgroup in every hierarchy. */
  readonly cgroup: string;
}

/** Where a node finds its own files. */
export const NODE_ETC = "/etc/lab-node";

/** How the cgroups of a lab begin, whichever cluster and node they are of. Cgroups are the machine's: two users' labs may share a name. */
export const cgroupPrefix = (labDir: string): string => `${NODE_PREFIX}${basename(labDir)}-${shortHash(labDir, 8)}.`;

/** The site of node `number` (from 1) of a cluster. */
export function nodeSite(cluster: ClusterSite, number: number): NodeSite {
  const plan = planNode(cluster.plan, number);
  const dir = join(cluster.dir, plan.name);
  const [primary, ...others] = cluster.families;
  const etc = join(dir, "etc");
  return {
    plan,
    ips: [plan[primary], ...others.map((family) => plan[family])],
    ip: plan[primary],
    cluster,
    dir,
    etc,
    certificate: { certFile: join(dir, "kubelet-client.crt"), keyFile: join(dir, "kubelet-client.key") },
    last: number === cluster.nodes,
    cgroup: `${cgroupPrefix(cluster.labDir)}${cluster.plan.name}.${plan.name}`,
  };
}
