import type { GivenCas } from "./certificates/givenCas";
import type { ObjectsByCluster } from "./kubernetes/model/managedObject";
import type { ObservedClusters } from "./mesh/model/observed";
import type { DescribedCluster, MeshCluster } from "./meshDescription";
import type { GivenSettings } from "./settings/model/settings";

/** The arguments of `ClusterMesh`: those of a stack's configuration. */
export interface ClusterMeshArgs extends GivenSettings, Pick<GivenCas, "ca" | "published"> {
  /** The clusters that this program looks after, by name. */
  readonly clusters: Readonly<Record<string, MeshCluster>>;
  /** The rest of the mesh, which other stacks look after: their peers, and not touched. Two clusters in all are the least. @default none */
  readonly externalPeers?: Readonly<Record<string, DescribedCluster>>;
  /**
   * What the program makes in its clusters beside the mesh, by cluster: objects of other owners are refused beforehand, and those that are not
   * given any more are removed.
   *
   * @default none
   */
  readonly objects?: ObjectsByCluster;
  /** What was seen of the live clusters, so that drift is repaired that the state does not show. @default nothing */
  readonly observed?: ObservedClusters;
}
