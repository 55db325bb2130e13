import type { GivenCas } from "../certificates/givenCas";
import type { ObjectsByCluster } from "../kubernetes/model/managedObject";
import type { ClusterSpec, EtcdSpec } from "../mesh/model/mesh";
import type { AdoptedCA } from "../settings/model/ca";
import type { ClusterWay } from "../settings/model/cluster";
import type { MeshSettings } from "../settings/model/settings";

/** A cluster whose texts are at hand. */
export interface KnownCluster extends ClusterSpec, ClusterWay {
  readonly etcd: EtcdSpec & { readonly ca?: AdoptedCA };
}

/** A mesh whose texts are at hand. It holds secrets as they are: code that uses one wraps it at once. */
export interface KnownMesh extends MeshSettings, Pick<GivenCas, "published"> {
  /** All of its clusters, those of other programs too. */
  readonly clusters: Readonly<Record<string, KnownCluster>>;
  /** What the program makes there beside the mesh. */
  readonly objects?: ObjectsByCluster;
  readonly ca?: AdoptedCA;
}
