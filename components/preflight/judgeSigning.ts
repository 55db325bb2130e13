import type { CaScope } from "../certificates/model/certificates";
import type { Diagnostic } from "../mesh/model/diagnostic";
import type { Cluster } from "../mesh/model/mesh";
import type { KnownMesh } from "./knownMesh";
import { adoptedEndings, shortenedLeaves, weakCas } from "./rotation";
import { secretSize } from "./secretSize";

/** What there is to say of the CAs that are given, and of what is signed for these clusters. */
export function judgeSigning(
  mesh: KnownMesh,
  clusters: readonly Cluster[],
  scope: CaScope,
  now: Date,
): readonly Diagnostic[] {
  return [
    ...weakCas(mesh),
    ...adoptedEndings(mesh, now),
    ...secretSize(mesh, clusters, scope),
    ...shortenedLeaves(mesh, now),
  ];
}
