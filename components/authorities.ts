import type * as pulumi from "@pulumi/pulumi";
import { adoptedAuthority, generatedAuthority, type AdoptedAuthorityArgs, type Authority } from "./authority";
import { authorityOf, type AuthorityScope, type CertificatePolicy } from "./model/certificates";
import { SHARED_AUTHORITY } from "./model/peerFile";
import type { Problem } from "./model/problem";

/**
 * Who signs. `generated`: a CA of the mesh, and server certificates for the etcds. `adopted`: the CA that all etcds trust already.
 * `adoptedPerCluster`: each etcd's own CA, by cluster name; then a cluster needs a certificate from each of the others, N·(N−1) in all.
 */
export type MeshAuthority =
  | { readonly kind: "generated" }
  | { readonly kind: "adopted"; readonly authority: AdoptedAuthorityArgs }
  | { readonly kind: "adoptedPerCluster"; readonly authorities: Readonly<Record<string, AdoptedAuthorityArgs>> };

/** The authorities of a mesh by name, and whose etcd trusts which. */
export interface Authorities {
  readonly scope: AuthorityScope;
  readonly byName: ReadonlyMap<string, Authority>;
  /** The name of the authority that a cluster's etcd trusts. */
  of(cluster: string): string;
}

/** Clusters without an authority of their own, where every cluster has to have one. */
export function validateAuthority(authority: MeshAuthority, clusters: readonly string[]): readonly Problem[] {
  if (authority.kind !== "adoptedPerCluster") {
    return [];
  }
  const allowed = "give the CA that this cluster's etcd trusts";
  return clusters
    .filter((cluster) => !Object.hasOwn(authority.authorities, cluster))
    .map((cluster) => ({ cluster, property: "etcd.ca", reason: "is missing", allowed }));
}

/** Makes or reads the authorities of a mesh. */
export function meshAuthorities(
  name: string,
  authority: MeshAuthority,
  policy: CertificatePolicy,
  opts: pulumi.CustomResourceOptions,
): Authorities {
  const scope = authority.kind === "adoptedPerCluster" ? "perCluster" : "shared";
  const byName = new Map(authoritiesByName(name, authority, policy, opts));
  return { scope, byName, of: (cluster) => authorityOf(cluster, scope) };
}

function authoritiesByName(
  name: string,
  authority: MeshAuthority,
  policy: CertificatePolicy,
  opts: pulumi.CustomResourceOptions,
): readonly (readonly [string, Authority])[] {
  switch (authority.kind) {
    case "generated":
      return [[SHARED_AUTHORITY, generatedAuthority(`${name}-ca`, `${name} Cilium ClusterMesh CA`, policy, opts)]];
    case "adopted":
      return [[SHARED_AUTHORITY, adoptedAuthority(authority.authority, { property: "authority" })]];
    case "adoptedPerCluster":
      return Object.entries(authority.authorities)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([cluster, pair]) => [cluster, adoptedAuthority(pair, { cluster, property: "etcd.ca" })]);
  }
}
