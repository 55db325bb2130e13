import * as pulumi from "@pulumi/pulumi";
import { groupBy } from "../basics/model/lists";
import { own } from "../basics/model/own";
import type { PlannedCluster } from "../mesh/etcd";
import { PUBLICATIONS } from "../mesh/model/publication";
import { adoptedCa, generatedCa, type Ca, type TrustedCa } from "./ca";
import type { CaSet, MeshCa } from "./meshCa";
import { caOrigin, caScope, type CaSource, type ClusterCa, type ClusterSigningCa } from "./caSource";
import { issuedCa } from "./issuedCa";
import { SHARED_AUTHORITY, caNamer, dialledHosts, type CertificateSettings } from "./model/certificates";
import { oneCa } from "./oneCa";
import { formatRecord } from "./model/keyRevisions";
import { publishedCa } from "./publishedCa";

/** A trusted CA with the name of its authority. */
export interface CaSummary extends TrustedCa {
  readonly authority: string;
}

/**
 * Makes or reads the authorities that the etcds of these clusters trust.
 *
 * @param caOfCluster The CA of a cluster whose etcd is not the mesh's to sign for.
 */
export function caSetOf(
  name: string,
  caSource: CaSource,
  clusters: readonly PlannedCluster[],
  settings: CertificateSettings,
  opts: pulumi.CustomResourceOptions,
  caOfCluster: (cluster: PlannedCluster) => ClusterCa,
): CaSet {
  const nameOf = caNamer(clusters, caScope(caSource));
  const all = [...groupBy(clusters, nameOf)].map(([authority, dialled]): MeshCa => {
    const hosts = pulumi
      .all(dialled.map(({ etcd }) => pulumi.output(etcd)))
      .apply((etcds) => etcds.flatMap(dialledHosts));
    const owners = dialled.filter(({ publishes }) => PUBLICATIONS[publishes].ca === "ofCluster");
    const [own] = owners;
    if (own === undefined) {
      return { kind: "signs", authority, ...caOf(name, authority, caSource, hosts, settings, opts) };
    }
    const ca = caOfCluster(own);
    if (ca.kind === "issued") return { kind: "issued", authority, ...issuedCa(ca.secret, ca.at) };
    const others = owners.slice(1).map(caOfCluster).filter(isSigning);
    return { kind: "signs", authority, ...adoptedCa(oneCa(ca, others), ca.at, hosts) };
  });
  const byName = new Map(all.map((ca) => [ca.authority, ca]));
  const shared = caOrigin(caSource) === "generated" ? byName.get(SHARED_AUTHORITY) : undefined;
  const { client, server } = settings.keyRevisions;
  const trust = all.map(({ authority, trust: known }) => known.apply((value) => [authority, value] as const));
  const record = pulumi
    .all(trust)
    .apply((known) => formatRecord({ client, server, authorities: Object.fromEntries(known) }));
  return {
    all,
    for: (cluster) => required(byName.get(nameOf(cluster)), cluster.name),
    ...(shared?.kind === "signs" ? { ofServers: shared } : {}),
    record,
  };
}

const isSigning = (ca: ClusterCa): ca is ClusterSigningCa => ca.kind === "signs";

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
