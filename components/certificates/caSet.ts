import * as pulumi from "@pulumi/pulumi";
import { own } from "../basics/model/own";
import type { PlannedCluster } from "../mesh/etcd";
import { PUBLICATIONS } from "../mesh/model/publication";
import { adoptedCa, generatedCa, type AdoptedCaArgs, type Ca, type CaSet, type MeshCa, type TrustedCa } from "./ca";
import { caNames, caOrigin, caScope, type CaSource } from "./caSource";
import { SHARED_AUTHORITY, caNameOf, dialledHosts, type CertificateSettings } from "./model/certificates";
import { formatRecord } from "./model/keyRevisions";
import { publishedCa } from "./publishedCa";

/** A trusted CA with the name of its authority. */
export interface CaSummary extends TrustedCa {
  readonly authority: string;
}

/**
 * Makes or reads the authorities that the etcds of these clusters trust.
 *
 * @param caOfCluster Reads the CA of a cluster whose etcd is not the mesh's to sign for.
 */
export function caSetOf(
  name: string,
  caSource: CaSource,
  clusters: readonly PlannedCluster[],
  settings: CertificateSettings,
  opts: pulumi.CustomResourceOptions,
  caOfCluster: (cluster: string) => AdoptedCaArgs,
): CaSet {
  const scope = caScope(caSource);
  const all = caNames(caSource, clusters).map((authority): MeshCa => {
    const dialled = clusters.filter((each) => caNameOf(each, scope) === authority);
    const hosts = pulumi
      .all(dialled.map(({ etcd }) => pulumi.output(etcd)))
      .apply((etcds) => etcds.flatMap(dialledHosts));
    const isOfMesh = dialled.every(({ publishes }) => PUBLICATIONS[publishes].ca === "ofMesh");
    const ca = isOfMesh
      ? caOf(name, authority, caSource, hosts, settings, opts)
      : adoptedCa(caOfCluster(authority), { cluster: authority, property: "Secret cilium-ca" }, hosts);
    return { authority, ...ca };
  });
  const byName = new Map(all.map((ca) => [ca.authority, ca]));
  const ofServers = caOrigin(caSource) === "generated" ? byName.get(SHARED_AUTHORITY) : undefined;
  const { client, server } = settings.keyRevisions;
  const trust = all.map(({ authority, trust: known }) => known.apply((value) => [authority, value] as const));
  const record = pulumi
    .all(trust)
    .apply((known) => formatRecord({ client, server, authorities: Object.fromEntries(known) }));
  return {
    all,
    for: (cluster) => required(byName.get(caNameOf(cluster, scope)), cluster.name),
    ...(ofServers === undefined ? {} : { ofServers }),
    record,
  };
}

/** The CAs that are trusted, by authority, for people to read. */
export function caSummaries({ all }: CaSet): pulumi.Output<readonly CaSummary[]> {
  const named = all.map(({ authority, trusted }) =>
    trusted.apply((known) => known.map((each) => ({ authority, ...each }))),
  );
  return pulumi.all(named).apply((each) => each.flat());
}

function required<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new pulumi.RunError(`no CA is given for ${JSON.stringify(name)}`);
  return found;
}

/** @param hosts Names and addresses under which the etcds are dialled that trust it. */
function caOf(
  name: string,
  authority: string,
  caSource: CaSource,
  hosts: pulumi.Output<readonly string[]>,
  { certificates, keyRevisions }: CertificateSettings,
  opts: pulumi.CustomResourceOptions,
): Ca {
  switch (caSource.kind) {
    case "generated":
      return generatedCa(`${name}-ca`, `${name} Cilium ClusterMesh CA`, keyRevisions.authority, certificates, opts);
    case "adopted":
      return adoptedCa(caSource.authority, { property: "clustermesh:ca" }, hosts);
    case "adoptedPerCluster": {
      const pair = required(own(caSource.authorities, authority), authority);
      return adoptedCa(pair, { cluster: authority, property: "etcd.ca" }, hosts);
    }
    case "published":
      return publishedCa(required(own(caSource.signing, authority), authority));
  }
}
