import type { CiliumObjects } from "../../cilium/model/agentConfig";
import type { RecordedCluster } from "../../identity/model/recordedClusters";
import type { MaxConnectedClusters, Cluster } from "../../mesh/model/mesh";
import type { ReachableCluster } from "./liveCluster";

/** How the program treats what it finds in the clusters. */
export interface PreflightPolicy {
  readonly maxConnectedClusters: MaxConnectedClusters;
  readonly cilium: CiliumObjects;
  /** Name of the Secret with the peer files. */
  readonly peerSecret: string;
  /** Whether a Secret of that name that another owner made is refused, or gets the peers' keys beside its own. */
  readonly foreignSecret: "refuse" | "adopt";
  /** Keys that will be written into the Secret. */
  readonly peerSecretKeys: readonly string[];
  /** Whether values of `cilium-config` that another manager owns are refused when they differ, or overwritten. */
  readonly conflicts: "refuse" | "overwrite";
  /** The declared IPAM mode. */
  readonly ipamMode?: string;
  /** The owner annotation of this stack's objects. */
  readonly owner: string;
  /** What the last up has recorded of the clusters that are in the mesh, by name. */
  readonly recorded: Readonly<Record<string, RecordedCluster>>;
}

/** A cluster that answered, with what was read of it. */
export type InspectedCluster = { readonly cluster: Cluster; readonly live: ReachableCluster };
