import { attempt } from "../basics/model/attempt";
import { present } from "../basics/model/own";
import { apiserverCaPlace } from "../certificates/apiserverCas";
import { adoptedTrust } from "../certificates/ca";
import { caFiles, publishedChain } from "../certificates/model/adoptedCa";
import { readCertificates, SHARED_AUTHORITY } from "../certificates/model/certificates";
import { judgeEnding, type Ending, type Renewal } from "../certificates/model/expiry";
import { isAdopted, trustOf, type CaTrust } from "../certificates/model/keyRevisions";
import { leafLifetime, leafValidity } from "../certificates/model/lifetimes";
import { caWarnings } from "../certificates/model/validateCa";
import { info, type Diagnostic } from "../mesh/model/diagnostic";
import type { RotationPolicy } from "./model/judgeRotation";
import { APISERVER_TRUSTS_BOTH } from "./model/rotation";
import type { AdoptedCA } from "../settings/model/ca";
import type { KnownMesh } from "./knownMesh";

/** A CA of another stack: that one renews it in time, if it is run. */
const RENEWED_ELSEWHERE: Renewal = {
  by: "person",
  how: "pulumi up of the authority stack renews it, and pulumi up here brings it to the clusters; restart every etcd after that, before it ends",
};

interface Adopted {
  readonly authority: string;
  readonly at: { readonly cluster?: string; readonly property: string };
  readonly ca: AdoptedCA;
}

/** The CAs of clustermesh-apiservers that are given: they are those of their clusters, and not of the mesh. */
function ofApiservers({ clusters }: KnownMesh): readonly Adopted[] {
  return Object.entries(clusters).flatMap(([cluster, { etcd, apiserver: { ca } = {}, lost }]): Adopted[] =>
    etcd !== undefined || ca === undefined || lost === true
      ? []
      : [{ authority: cluster, at: apiserverCaPlace(cluster), ca }],
  );
}

/** The adopted CAs with their places in the configuration. */
export const adoptedOf = (mesh: KnownMesh): readonly Adopted[] => [...ofEtcds(mesh), ...ofApiservers(mesh)];

function ofEtcds({ authority, ca, clusters }: KnownMesh): readonly Adopted[] {
  if (authority === "generated") return [];
  if (ca !== undefined) return [{ authority: SHARED_AUTHORITY, at: { property: "clustermesh:ca" }, ca }];
  return Object.entries(clusters).flatMap(([cluster, { etcd, lost }]): Adopted[] =>
    etcd?.ca === undefined || lost === true
      ? []
      : [{ authority: cluster, at: { cluster, property: "etcd.ca" }, ca: etcd.ca }],
  );
}

/** Of each authority what can be read of it. */
export function readable<T>(all: readonly (readonly [string, () => T])[]): Readonly<Record<string, T>> {
  return present(Object.fromEntries(all.map(([name, read]) => [name, attempt(read)])));
}

/** Who is to sign and what is to be trusted; nothing of a CA that cannot be read, which is a problem already. */
export function wantedTrust(mesh: KnownMesh): Readonly<Record<string, CaTrust>> {
  const adopted = readable(
    adoptedOf(mesh).map(({ authority, ca }) => [authority, () => adoptedTrust(caFiles(ca).all)]),
  );
  if (mesh.published !== undefined) {
    const signing = Object.entries(mesh.published.signing).map(([name, { trust }]) => [name, trust] as const);
    return { ...adopted, ...Object.fromEntries(signing) };
  }
  if (mesh.authority === "generated") {
    const { authority } = mesh.keyRevisions;
    return { ...adopted, [SHARED_AUTHORITY]: trustOf(authority[0] ?? 1, authority) };
  }
  return adopted;
}

/** A CA that signs, and that nobody renews here. */
interface Signer {
  readonly authority: string;
  readonly at: Adopted["at"];
  readonly ends: Date;
}

/** Those CAs, but for what cannot be read: that is a problem already. */
function signersOf(mesh: KnownMesh): readonly Signer[] {
  const elsewhere = Object.entries(mesh.published?.signing ?? {})
    .filter(([, { trust }]) => isAdopted(trust))
    .map(([name, { certificate, bundle }]) => ({
      authority: name,
      at: { property: `the authority ${JSON.stringify(name)}` },
      ends: () => publishedChain(certificate, bundle).ends,
    }));
  const here = adoptedOf(mesh).map(({ ca, ...rest }) => ({ ...rest, ends: () => caFiles(ca).ends }));
  return [...elsewhere, ...here].flatMap(({ ends: read, ...rest }): readonly Signer[] => {
    const ends = attempt(read);
    return ends === undefined ? [] : [{ ...rest, ends }];
  });
}

/** The CAs whose certificates live for a shorter time than is configured, for they end before. */
function shortLeaves(mesh: KnownMesh, now: Date) {
  const leaf = leafLifetime(mesh.certificates);
  return signersOf(mesh)
    .map((signer) => ({ ...signer, validity: leafValidity(leaf, signer.ends, now) }))
    .filter(({ validity }) => validity.days < leaf.days);
}

/** Says which they are. */
export function shortenedLeaves(mesh: KnownMesh, now: Date): readonly Diagnostic[] {
  const reason = `ends before ${mesh.certificates.leafDays} days (certificates.leafDays) are over`;
  return shortLeaves(mesh, now).map(({ at, validity }) =>
    info({
      ...at,
      reason,
      fix: `what it signs lives for ${validity.days} days; its successor makes that longer again`,
    }),
  );
}

/** What is weak in adopted CAs. */
export function weakCas(mesh: KnownMesh): readonly Diagnostic[] {
  return adoptedOf(mesh).flatMap(({ at, ca }) => caWarnings(at, ca));
}

/** How the certificates of the live clusters are to be judged. */
export function rotationPolicy(mesh: KnownMesh, authorities: readonly string[], now: Date): RotationPolicy {
  const { peerSecret, certificates, keyRevisions } = mesh;
  const { client, server } = keyRevisions;
  return present({
    peerSecret,
    certificates,
    keyRevisions,
    wanted: {
      record: { client, server, authorities: wantedTrust(mesh) },
      authority: mesh.authority,
      places: Object.fromEntries(adoptedOf(mesh).map(({ authority, at }) => [authority, at])),
    },
    authorities,
    generated: mesh.authority === "generated",
    leaves: Object.fromEntries(shortLeaves(mesh, now).map(({ authority, validity }) => [authority, validity])),
    authorityRenewal: mesh.published && RENEWED_ELSEWHERE,
  });
}

/** How an etcd comes to trust both of two CAs. */
const bothTrusted = ({ property }: Adopted["at"]): string =>
  property === "apiserver.ca" ? APISERVER_TRUSTS_BOTH : "restart the etcds with both in their --trusted-ca-file";

/** Adopted CAs that end soon: nobody else renews them. */
export function adoptedEndings(mesh: KnownMesh, now: Date): readonly Diagnostic[] {
  const follow = (restart: string) =>
    `put its successor into trusted, pulumi up, ${restart}, then let the successor sign and keep this one in trusted, and drop it in the end`;
  return adoptedOf(mesh)
    .flatMap(({ at, ca }) => {
      const ending = (property: string, pem: string, how: string): readonly Ending[] =>
        readCertificates(pem).map(({ subject, ends }) => {
          const what = `${at.property}.${property} ${JSON.stringify(subject)}`;
          return present({ cluster: at.cluster, what, ends, renewal: { by: "person" as const, how } });
        });
      const trusted = (ca.trusted ?? []).flatMap((pem, index) =>
        ending(`trusted[${index}]`, pem, "drop it, or give its successor"),
      );
      return [...ending("certificate", ca.certificate, follow(bothTrusted(at))), ...trusted];
    })
    .flatMap((each) => judgeEnding(each, now) ?? []);
}
