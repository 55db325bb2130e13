import { X509Certificate } from "node:crypto";
import { attempt } from "../../basics/model/attempt";
import { shortHash } from "../../basics/model/shortHash";
import { endpointsOf, type Cluster, type EtcdSpec } from "../../mesh/model/mesh";
import { meshHostName } from "../../mesh/model/names";
import { PUBLICATIONS } from "../../mesh/model/publication";
import type { MeshSettings } from "../../settings/model/settings";

/** Which key a certificate is made for. P-256 costs nothing to generate, RSA-4096 more than a second each. */
export type KeyAlgorithm = MeshSettings["certificates"]["keyAlgorithm"];

/** How long a certificate is valid and how long before its end it is renewed. Days; `up` has to run in between for the renewal. */
export interface Validity {
  readonly days: number;
  readonly renewBeforeDays: number;
}

/** The settings about what is issued. */
export type CertificateSettings = Pick<MeshSettings, "certificates" | "keyRevisions">;

/** The Secret with an etcd's server certificate. It is made where the authority is generated. */
export const ETCD_SERVER_SECRET = "clustermesh-etcd-server";

/** Who signs: one authority for the mesh, or an authority for each cluster's etcd. */
export type CaScope = "shared" | "perCluster";

/** What of a cluster decides whose certificates its etcd trusts. */
export type Trusting = Pick<Cluster, "name" | "publishes" | "ca">;

/**
 * The name of the authority whose certificates a cluster's etcd trusts. Clusters that have one CA have it under the first of their names, so that
 * their peers need one certificate for all of them.
 *
 * @param clusters All clusters of the mesh.
 */
export function caNamer(clusters: readonly Trusting[], scope: CaScope): (cluster: Trusting) => string {
  const last = clusters.flatMap(({ name, ca }) => (ca === undefined ? [] : [{ name, ca }]));
  const first = new Map(last.toSorted((a, b) => (a.name < b.name ? 1 : -1)).map(({ name, ca }) => [ca, name]));
  return ({ name, publishes, ca }) => {
    if (scope === "shared" && PUBLICATIONS[publishes].ca === "ofMesh") return SHARED_AUTHORITY;
    return (ca === undefined ? undefined : first.get(ca)) ?? name;
  };
}

/** CN of a cluster's client certificate, which etcd takes as the user name: Cilium's name for a remote cluster's user. */
export const clientCommonName = (cluster: string): string => `remote-${cluster}`;

/** What a cluster's etcd server certificate has to carry so that every peer can verify it, whatever it dials. */
export interface ServerNames {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

/** Names and addresses under which a cluster's etcd is dialled, by peers and by the program. */
export function dialledHosts(etcd: EtcdSpec): readonly string[] {
  return dialled(etcd).map(({ host }) => host);
}

const dialled = ({ endpoints, adminEndpoints = [] }: EtcdSpec) => endpointsOf([...endpoints, ...adminEndpoints]);

/** Host names and addresses of all endpoints, those that the program dials included, plus `<name>.mesh.cilium.io`. */
export function serverNames(cluster: Pick<Cluster, "name" | "etcd">): ServerNames {
  const endpoints = dialled(cluster.etcd);
  const commonName = meshHostName(cluster.name);
  const hosts = endpoints.filter((endpoint) => !endpoint.isIP).map((endpoint) => endpoint.host);
  const ips = endpoints.filter((endpoint) => endpoint.isIP).map((endpoint) => endpoint.host);
  return {
    commonName,
    dnsNames: [...new Set([commonName, ...hosts])],
    ipAddresses: [...new Set(ips)],
  };
}

/** Short hash of what is trusted, a CA certificate or a bundle of them, for the comment in the peer files. */
export const caHash = (certificatePem: string): string => shortHash(certificatePem.trim());

/**
 * The CAs that are trusted as one PEM file, each once, in an order that does not depend on who signs: when another of them begins to sign, no
 * file changes and no agent reconnects. A single CA stays as it is, byte for byte.
 */
export function caBundle(certificates: readonly string[]): string {
  const byHash = new Map(certificates.map((pem) => [caHash(pem), pem]));
  const sorted = [...byHash].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pem]) => pem);
  const [only, ...more] = sorted;
  return only !== undefined && more.length === 0 ? only : sorted.map((pem) => `${pem.trim()}\n`).join("");
}

/** The short hash by which an adopted CA is known; a renewed certificate of the same key has the same. @throws Error where it cannot be read. */
export function caKeyId(certificatePem: string): string {
  return shortHash(new X509Certificate(certificatePem).publicKey.export({ type: "spki", format: "der" }));
}

/** Short hash of certificates, in their order. */
export const certificatesHash = (certificates: readonly string[]): string => shortHash(JSON.stringify(certificates));

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates of a PEM file as they are in it. What cannot be read is left out. */
export function readCertificates(pem: string): readonly { readonly subject: string; readonly ends: Date }[] {
  return (pem.match(PEM_CERTIFICATE) ?? []).flatMap((block) => {
    const read = attempt(() => new X509Certificate(block));
    return read === undefined ? [] : [{ subject: read.subject.replaceAll("\n", ", "), ends: new Date(read.validTo) }];
  });
}

/** The name of the authority that signs for all clusters; no cluster can have it, for it has a dot. */
export const SHARED_AUTHORITY = "mesh.ca";
