import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../mesh/model/mesh";
import { adoptedCa, generatedCa, type Ca, type TrustedCa, type CaSet } from "./ca";
import { caScope, type CaSource } from "./caSource";
import { SHARED_AUTHORITY, caNameOf, dialledHosts, type CertificateSettings } from "./model/certificates";
import { formatRecord } from "./model/keyRevisions";
import { publishedCa } from "./publishedCa";

/** A trusted CA with the name of its authority. */
export interface CaSummary extends TrustedCa {
  readonly authority: string;
}

/** The authorities without those that none of these clusters' etcds trusts. */
export function caSetFor(caSet: CaSet, clusters: readonly string[]): CaSet {
  const trusted = new Set(clusters.map((cluster) => caSet.of(cluster)));
  return { ...caSet, byName: new Map([...caSet.byName].filter(([name]) => trusted.has(name))) };
}

/** Makes or reads the authorities of a mesh. */
export function caSetOf(
  name: string,
  caSource: CaSource,
  clusters: readonly Cluster[],
  settings: CertificateSettings,
  opts: pulumi.CustomResourceOptions,
): CaSet {
  const scope = caScope(caSource);
  const byName = new Map(casByName(name, caSource, clusters, settings, opts));
  const { client, server } = settings.keyRevisions;
  const trust = [...byName].map(([each, { trust: known }]) => known.apply((value) => [each, value] as const));
  const record = pulumi
    .all(trust)
    .apply((known) => formatRecord({ client, server, authorities: Object.fromEntries(known) }));
  return { scope, byName, of: (cluster) => caNameOf(cluster, scope), record };
}

/** The CAs that are trusted, by authority, for people to read. */
export function caSummaries({ byName }: CaSet): pulumi.Output<readonly CaSummary[]> {
  const named = [...byName].map(([authority, { trusted }]) =>
    trusted.apply((all) => all.map((each) => ({ authority, ...each }))),
  );
  return pulumi.all(named).apply((all) => all.flat());
}

function casByName(
  name: string,
  caSource: CaSource,
  clusters: readonly Cluster[],
  { certificates, keyRevisions }: CertificateSettings,
  opts: pulumi.CustomResourceOptions,
): readonly (readonly [string, Ca])[] {
  switch (caSource.kind) {
    case "generated": {
      const commonName = `${name} Cilium ClusterMesh CA`;
      const made = generatedCa(`${name}-ca`, commonName, keyRevisions.authority, certificates, opts);
      return [[SHARED_AUTHORITY, made]];
    }
    case "adopted":
      return [
        [
          SHARED_AUTHORITY,
          adoptedCa(caSource.authority, { property: "clustermesh:ca" }, clusters.flatMap(dialledHosts)),
        ],
      ];
    case "adoptedPerCluster":
      return Object.entries(caSource.authorities)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([cluster, pair]) => {
          const hosts = clusters.filter(({ name }) => name === cluster).flatMap(dialledHosts);
          return [cluster, adoptedCa(pair, { cluster, property: "etcd.ca" }, hosts)];
        });
    case "published":
      return Object.entries(caSource.signing)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, material]) => [name, publishedCa(material)]);
  }
}
