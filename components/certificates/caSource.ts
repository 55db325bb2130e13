import { error, type Diagnostic } from "../mesh/model/diagnostic";
import type { AdoptedCaArgs } from "./ca";
import type { IssuedCaArgs } from "./issuedCa";
import { caNamer, type CaScope, type Trusting } from "./model/certificates";
import type { CaPlace } from "./model/validateCa";
import type { Signing } from "./publishedCa";

/**
 * Who signs. `generated`: a CA of the mesh, and server certificates for the etcds. `adopted`: the CA that all etcds trust already.
 * `adoptedPerCluster`: each etcd's own CA, by cluster name; then a cluster needs a certificate from each of the others, N·(N−1) in all.
 * `published`: one of these, made or adopted by another stack, with which this one signs for its own clusters.
 */
export type CaSource =
  | { readonly kind: "generated" }
  | { readonly kind: "adopted"; readonly authority: AdoptedCaArgs }
  | { readonly kind: "adoptedPerCluster"; readonly authorities: Readonly<Record<string, AdoptedCaArgs>> }
  | { readonly kind: "published"; readonly from: CaOrigin; readonly signing: Signing };

/** How an authority came about, whichever stack it is of. */
export type CaOrigin = "generated" | "adopted" | "adoptedPerCluster";

/** The CA of a cluster that is not the mesh's to sign for, and where it is read: it signs here, or has issued one certificate for all peers. */
export type ClusterCa = { readonly at: Required<CaPlace> } & (
  { readonly kind: "signs"; readonly ca: AdoptedCaArgs } | { readonly kind: "issued"; readonly secret: IssuedCaArgs }
);

/** One that signs here. */
export type ClusterSigningCa = Extract<ClusterCa, { readonly kind: "signs" }>;

/** How the authority of a mesh came about. */
export const caOrigin = (caSource: CaSource): CaOrigin =>
  caSource.kind === "published" ? caSource.from : caSource.kind;

/** Whether one authority signs for all clusters with an etcd of their own. */
export function caScope(caSource: CaSource): CaScope {
  return caOrigin(caSource) === "adoptedPerCluster" ? "perCluster" : "shared";
}

/** The names of the authorities that a mesh of these clusters has. */
export function caNames(caSource: CaSource, clusters: readonly Trusting[]): readonly string[] {
  return [...new Set(clusters.map(caNamer(clusters, caScope(caSource))))];
}

/** What another stack has to have published, and has not. */
export function missingMaterial(
  published: Extract<CaSource, { kind: "published" }>,
  clusters: readonly Trusting[],
): readonly Diagnostic[] {
  return caNames(published, clusters)
    .filter((name) => !Object.hasOwn(published.signing, name))
    .map((value) => {
      const fix = "publish the authority with pulumi up of its stack";
      return error({ property: "signing material", value, reason: "is missing", fix });
    });
}
