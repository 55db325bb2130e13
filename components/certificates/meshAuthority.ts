import type { Problem } from "../mesh/model/problem";
import type { AdoptedAuthorityArgs } from "./authority";
import { SHARED_AUTHORITY, type AuthorityScope } from "./model/certificates";
import type { Signing } from "./publishedAuthority";

/**
 * Who signs. `generated`: a CA of the mesh, and server certificates for the etcds. `adopted`: the CA that all etcds trust already.
 * `adoptedPerCluster`: each etcd's own CA, by cluster name; then a cluster needs a certificate from each of the others, N·(N−1) in all.
 * `published`: one of these, made or adopted by another stack, with which this one signs for its own clusters.
 */
export type MeshAuthority =
  | { readonly kind: "generated" }
  | { readonly kind: "adopted"; readonly authority: AdoptedAuthorityArgs }
  | { readonly kind: "adoptedPerCluster"; readonly authorities: Readonly<Record<string, AdoptedAuthorityArgs>> }
  | { readonly kind: "published"; readonly from: AuthorityOrigin; readonly signing: Signing };

/** How an authority came about, whichever stack it is of. */
export type AuthorityOrigin = "generated" | "adopted" | "adoptedPerCluster";

/** How the authority of a mesh came about. */
export function originOf(authority: MeshAuthority): AuthorityOrigin {
  return authority.kind === "published" ? authority.from : authority.kind;
}

/** Whether one authority signs for the whole mesh. */
export function scopeOf(authority: MeshAuthority): AuthorityScope {
  return originOf(authority) === "adoptedPerCluster" ? "perCluster" : "shared";
}

/** The names of the authorities that a mesh of these clusters has. */
export function authorityNames(authority: MeshAuthority, clusters: readonly string[]): readonly string[] {
  return scopeOf(authority) === "perCluster" ? clusters : [SHARED_AUTHORITY];
}

/** Clusters without an authority of their own where every cluster has to have one; or no authority where another stack has to have it. */
export function validateAuthority(authority: MeshAuthority, clusters: readonly string[]): readonly Problem[] {
  switch (authority.kind) {
    case "generated":
    case "adopted":
      return [];
    case "adoptedPerCluster": {
      const allowed = "give the CA that this cluster's etcd trusts";
      return clusters
        .filter((cluster) => !Object.hasOwn(authority.authorities, cluster))
        .map((cluster) => ({ cluster, property: "etcd.ca", reason: "is missing", allowed }));
    }
    case "published":
      return authorityNames(authority, clusters)
        .filter((name) => !Object.hasOwn(authority.signing, name))
        .map((name) => ({
          property: "signing material",
          value: name,
          reason: "is missing",
          allowed: "publish the authority with pulumi up of its stack",
        }));
  }
}

/** The authority without those of clusters that are no peers. */
export function authorityFor(authority: MeshAuthority, clusters: readonly string[]): MeshAuthority {
  const names = authorityNames(authority, clusters);
  const of = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
  switch (authority.kind) {
    case "generated":
    case "adopted":
      return authority;
    case "adoptedPerCluster":
      return { ...authority, authorities: of(authority.authorities) };
    case "published":
      return { ...authority, signing: of(authority.signing) };
  }
}
