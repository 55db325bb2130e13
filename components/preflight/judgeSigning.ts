import type { CaScope } from "../certificates/model/certificates";
import type { Diagnostic } from "../mesh/model/diagnostic";
import type { Cluster } from "../mesh/model/mesh";
import type { AuthoritySize } from "../peers/model/secretSize";
import type { KnownMesh } from "./knownMesh";
import { adoptedEndings, shortenedLeaves, weakCas } from "./rotation";
import { secretSize } from "./secretSize";

/**
 * What there is to say of the CAs that are given, and of what is signed for these clusters.
 *
 * @param issued Sizes of what was issued in clusters, and is not signed here.
 */
export function judgeSigning(
  mesh: KnownMesh,
  clusters: readonly Cluster[],
  scope: CaScope,
  now: Date,
  issued: ReadonlyMap<string, AuthoritySize> = new Map(),
): readonly Diagnostic[] {
  return [
    ...weakCas(mesh),
    ...adoptedEndings(mesh, now),
    ...secretSize(mesh, clusters, scope, issued),
    ...shortenedLeaves(mesh, now),
  ];
}
