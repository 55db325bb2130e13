import * as pulumi from "@pulumi/pulumi";
import type { Member } from "../mesh/model/mesh";
import {
  adoptedAuthority,
  generatedAuthority,
  type Authority,
  type TrustedAuthority,
  type Authorities,
} from "./authority";
import { scopeOf, type MeshAuthority } from "./meshAuthority";
import { SHARED_AUTHORITY, authorityOf, dialledHosts, type CertificateSettings } from "./model/certificates";
import { formatRecord } from "./model/generation";
import { publishedAuthority } from "./publishedAuthority";

/** A trusted CA with the name of its authority. */
export interface AuthoritySummary extends TrustedAuthority {
  readonly authority: string;
}

/** The authorities without those that none of these clusters' etcds trusts. */
export function authoritiesOf(authorities: Authorities, clusters: readonly string[]): Authorities {
  const trusted = new Set(clusters.map((cluster) => authorities.of(cluster)));
  return { ...authorities, byName: new Map([...authorities.byName].filter(([name]) => trusted.has(name))) };
}

/** Makes or reads the authorities of a mesh. */
export function meshAuthorities(
  name: string,
  authority: MeshAuthority,
  members: readonly Member[],
  settings: CertificateSettings,
  opts: pulumi.CustomResourceOptions,
): Authorities {
  const scope = scopeOf(authority);
  const byName = new Map(authoritiesByName(name, authority, members, settings, opts));
  const { client, server } = settings.generation;
  const trust = [...byName].map(([each, { trust: known }]) => known.apply((value) => [each, value] as const));
  const record = pulumi
    .all(trust)
    .apply((known) => formatRecord({ client, server, authorities: Object.fromEntries(known) }));
  return { scope, byName, of: (cluster) => authorityOf(cluster, scope), record };
}

/** The CAs that are trusted, by authority, for people to read. */
export function authoritySummaries({ byName }: Authorities): pulumi.Output<readonly AuthoritySummary[]> {
  const named = [...byName].map(([authority, { trusted }]) =>
    trusted.apply((all) => all.map((each) => ({ authority, ...each }))),
  );
  return pulumi.all(named).apply((all) => all.flat());
}

function authoritiesByName(
  name: string,
  authority: MeshAuthority,
  members: readonly Member[],
  { certificates, generation }: CertificateSettings,
  opts: pulumi.CustomResourceOptions,
): readonly (readonly [string, Authority])[] {
  switch (authority.kind) {
    case "generated": {
      const commonName = `${name} Cilium ClusterMesh CA`;
      const made = generatedAuthority(`${name}-ca`, commonName, generation.authority, certificates, opts);
      return [[SHARED_AUTHORITY, made]];
    }
    case "adopted":
      return [
        [
          SHARED_AUTHORITY,
          adoptedAuthority(authority.authority, { property: "authority" }, members.flatMap(dialledHosts)),
        ],
      ];
    case "adoptedPerCluster":
      return Object.entries(authority.authorities)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([cluster, pair]) => {
          const hosts = members.filter(({ name }) => name === cluster).flatMap(dialledHosts);
          return [cluster, adoptedAuthority(pair, { cluster, property: "etcd.ca" }, hosts)];
        });
    case "published":
      return Object.entries(authority.signing)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, material]) => [name, publishedAuthority(material)]);
  }
}
