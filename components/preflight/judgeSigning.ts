import type { CaScope } from "../certificates/model/certificates";
import type { Diagnostic } from "../mesh/model/diagnostic";
import type { KnownMesh } from "./knownMesh";
import { adoptedEndings, shortenedLeaves, weakCas } from "./rotation";
import { secretSize } from "./secretSize";

/** What there is to say of the CAs and of what they sign before any cluster is asked. */
export function judgeSigning(mesh: KnownMesh, scope: CaScope, now: Date): readonly Diagnostic[] {
  return [...weakCas(mesh), ...adoptedEndings(mesh, now), ...secretSize(mesh, scope), ...shortenedLeaves(mesh, now)];
}
