import type { RecordedCluster } from "../../identity/model/recordedClusters";
import type { Cluster } from "../../mesh/model/mesh";
import type { MeshSettings } from "../../settings/model/settings";
import type { ReachableCluster } from "./liveCluster";

/** How the program treats what it finds in the clusters. */
export interface PreflightPolicy extends Pick<
  MeshSettings,
  "maxConnectedClusters" | "cilium" | "peerSecret" | "allow"
> {
  /** Keys that will be written into the Secret. */
  readonly peerSecretKeys: readonly string[];
  /** The owner annotation of this stack's objects. */
  readonly owner: string;
  /** What the last up has recorded of the clusters that are in the mesh, by name. */
  readonly recorded: Readonly<Record<string, RecordedCluster>>;
}

/** A cluster that answered, with what was read of it. */
export type InspectedCluster = { readonly cluster: Cluster; readonly live: ReachableCluster };
