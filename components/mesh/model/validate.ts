import { clustersOf, type ClusterSpec, type MeshSpec, type PartlyKnown } from "./mesh";
import type { Diagnostic } from "./diagnostic";
import { validateEndpoints } from "./validateEndpoints";
import { validateIdentities } from "./validateIdentity";
import { validateRanges } from "./validateRanges";

interface PartlyKnownMesh extends Omit<MeshSpec, "clusters"> {
  readonly clusters: Readonly<Record<string, PartlyKnown<ClusterSpec>>>;
}

/** Everything that is wrong with a mesh as it is written down, all at once and before any cluster is touched. */
export function validateMesh(spec: PartlyKnownMesh): readonly Diagnostic[] {
  const clusters = clustersOf(spec.clusters);
  return [...validateIdentities(spec, clusters), ...validateRanges(spec, clusters), ...validateEndpoints(clusters)];
}
