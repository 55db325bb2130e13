import type { Log } from "./cache/progress";
import { type AskedSetups, type CiliumSetup, setupsOf } from "./ciliumObjects/setup";
import { MAX_CLUSTERS, MAX_NODES } from "./clusterPlan";

/** What to start. */
export interface UpArgs extends AskedSetups {
  /** Labs of different names do not meet. @default "default" */
  readonly name?: string;
  /** How many clusters the lab shall have at least. @default as many as `nodes` has, else 2 */
  readonly clusters?: number;
  /** Nodes of each cluster, on which Cilium runs; needs root. @default none: control planes alone */
  readonly nodes?: readonly number[];
  /** Gets a line for every step. @default nothing is said */
  readonly log?: Log;
}

/** What a lab shall have at least. */
export interface WantedLab {
  readonly clusters: number;
  readonly nodes: readonly number[];
  readonly cilium: readonly CiliumSetup[];
}

/** The shape that is asked for, with every default. @throws Error that names what is not possible, or does not fit together. */
export function wantedLab({ clusters: asked, nodes = [], ...setups }: UpArgs): WantedLab {
  const clusters = asked ?? (nodes.length === 0 ? 2 : nodes.length);
  if (!Number.isInteger(clusters) || clusters < 1 || clusters > MAX_CLUSTERS) {
    throw new Error(`clusters: ${clusters}; a lab holds 1 to ${MAX_CLUSTERS} clusters`);
  }
  const wrong = nodes.find((count) => !Number.isInteger(count) || count < 1 || count > MAX_NODES);
  if (wrong !== undefined) throw new Error(`nodes: ${wrong}; a cluster of the lab has 1 to ${MAX_NODES} nodes`);
  if (nodes.length > 0 && nodes.length !== clusters) {
    throw new Error(`nodes: ${nodes.join(", ")}; give one number for each of the ${clusters} clusters`);
  }
  if (nodes.length === 0 && setups.ipFamilies === "ipv6") {
    throw new Error("ipFamilies: ipv6; control planes alone serve on loopback addresses of IPv4: give nodes too");
  }
  return { clusters, nodes, cilium: setupsOf(clusters, setups) };
}
