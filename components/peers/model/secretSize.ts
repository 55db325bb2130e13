import { clientCommonName, type KeyAlgorithm } from "../../certificates/model/certificates";
import { CURVES, type PublicKey } from "../../certificates/model/x509/publicKey";
import type { Cluster } from "../../mesh/model/mesh";
import { error, warning, type Diagnostic, type Finding } from "../../mesh/model/diagnostic";
import { peerFile } from "./peerFile";

/**
 * What the values of a Secret may have together (Kubernetes' `MaxSecretSize`). What else an object has does not come near etcd's 1.5 MiB for a
 * request then.
 */
export const SECRET_BYTES = 1_048_576;
/** What the annotations of an object may have together. */
export const ANNOTATION_BYTES = 262_144;
/** From which part of a limit on previews warn. */
const CLOSE = 0.8;

/** What is trusted of an authority, as far as sizes go. */
interface TrustSize {
  /** Of the file with everything that is trusted. */
  readonly bundle: number;
  /** Of the largest certificate in it. */
  readonly certificate: number;
}

/** An authority that signs. */
export interface SignerSize extends TrustSize {
  readonly kind: "signs";
  /** What goes with each certificate. */
  readonly intermediates: number;
  /** Of its name, as DER. */
  readonly name: number;
  readonly key: PublicKey;
}

/** An authority that has issued one certificate, with a key of its own, for all. */
export interface IssuedSize extends TrustSize {
  readonly kind: "issued";
  readonly client: number;
  readonly privateKey: number;
}

/** An authority as far as sizes go. */
export type AuthoritySize = SignerSize | IssuedSize;

/** PEM of so many bytes: a line break after 64 characters, and two lines of at most 32 around them. */
export function pemBytes(der: number, label: number): number {
  const base64 = 4 * Math.ceil(der / 3);
  return base64 + Math.ceil(base64 / 64) + 2 * label + 32;
}

const PUBLIC_KEY: Readonly<Record<KeyAlgorithm, number>> = { P256: 91, RSA2048: 294, RSA4096: 550 };
const PRIVATE_KEY: Readonly<Record<KeyAlgorithm, number>> = {
  P256: pemBytes(122, "EC PRIVATE KEY".length),
  RSA2048: pemBytes(1195, "RSA PRIVATE KEY".length),
  RSA4096: pemBytes(2352, "RSA PRIVATE KEY".length),
};
const LARGEST_CURVE_BYTES = 66;

const curveBytes = (curve: string) => Object.values(CURVES).find(({ name }) => name === curve)?.bytes;

function signatureBytes(key: PublicKey): number {
  switch (key.kind) {
    case "RSA":
      return Math.ceil(key.bits / 8);
    case "EC":
      return 2 * (curveBytes(key.curve) ?? LARGEST_CURVE_BYTES) + 9;
    case "Ed25519":
      return 64;
    case "unsupported":
      return 1024;
  }
}

/** Serial number, dates, algorithms, extensions with an identifier of the authority, and what wraps them. */
const REST_OF_LEAF = 230;

/** At most so long is a client certificate of this authority. */
export function leafBytes(commonName: string, algorithm: KeyAlgorithm, signer: SignerSize): number {
  const subject = 13 + commonName.length;
  const der = REST_OF_LEAF + signer.name + subject + PUBLIC_KEY[algorithm] + signatureBytes(signer.key);
  return pemBytes(der, "CERTIFICATE".length) + signer.intermediates;
}

/** What was issued, as it is seen. */
export interface SeenIssued {
  readonly certificate?: string;
  readonly trusted?: string;
  readonly keyBytes: number;
}

/** At most so much more is a key as this program writes it. */
const OTHER_FORM = 64;

/** What was issued, by what is seen of it. */
export function issuedSize({ certificate = "", trusted = "", keyBytes }: SeenIssued): IssuedSize {
  const [client, bundle] = [certificate.length, trusted.length];
  return { kind: "issued", bundle, certificate: bundle, client, privateKey: keyBytes + OTHER_FORM };
}

/** The parts of the peers' Secret, in bytes. */
export interface SecretSize {
  readonly parts: Readonly<Record<"CA certificates" | "client certificates" | "peer files" | "private keys", number>>;
  /** What one more trusted CA for each authority adds, as every rotation needs it. */
  readonly oneMoreCA: number;
}

/**
 * How large the largest of the peers' Secrets gets: exactly, but for the certificates and the key that are not there yet.
 *
 * @param clusters Those that are there. @param signers By the name of the authority. @param of The authority of a cluster's etcd.
 */
export function peerSecretSize(
  clusters: readonly Cluster[],
  signers: ReadonlyMap<string, AuthoritySize>,
  of: (cluster: Cluster) => string,
  algorithm: KeyAlgorithm,
): SecretSize {
  const sum = (each: readonly number[]) => each.reduce((total, one) => total + one, 0);
  const longest = clusters.reduce((name, each) => (each.name.length > name.length ? each.name : name), "");
  const hash = "0".repeat(16);
  const leaves = [...signers.values()].map((each) =>
    each.kind === "issued" ? each.client : leafBytes(clientCommonName(longest), algorithm, each),
  );
  const issuedKeys = [...signers.values()].map((each) => (each.kind === "issued" ? each.privateKey : 0));
  return {
    parts: {
      "CA certificates": sum([...signers.values()].map(({ bundle }) => bundle)),
      "client certificates": sum(leaves),
      "peer files": sum(clusters.map((cluster) => Buffer.byteLength(peerFile(cluster, of(cluster), hash)))),
      "private keys": PRIVATE_KEY[algorithm] + sum(issuedKeys),
    },
    oneMoreCA: sum([...signers.values()].map(({ certificate }) => certificate)),
  };
}

const inWords = (bytes: number) => String(bytes).replace(/\B(?=(\d{3})+$)/g, " ");

const SMALLER =
  "give all etcds one CA (clustermesh:ca), or CAs with keys of P-256, which take a third of RSA-4096, and drop what need not be trusted";

/** Judges the peers' Secret by what a Secret may hold. */
export function judgeSecretSize(
  secret: string,
  clusters: number,
  { parts, oneMoreCA }: SecretSize,
): readonly Diagnostic[] {
  const sorted = Object.entries(parts).sort(([, a], [, b]) => b - a);
  const total = sorted.reduce((sum, [, bytes]) => sum + bytes, 0);
  const [largest = "", most = 0] = sorted[0] ?? [];
  const needs = `needs ${inWords(total)} bytes for ${clusters} clusters, most of it for ${largest} (${inWords(most)})`;
  const limit = `a Secret holds ${inWords(SECRET_BYTES)}`;
  const at = { property: "Secret", value: secret, fix: SMALLER };
  if (total > SECRET_BYTES) return [error({ ...at, reason: `${needs}; ${limit}` })];
  if (total + oneMoreCA > SECRET_BYTES) {
    const then = `would need ${inWords(total + oneMoreCA)} with one more CA trusted of each, as another CA takes`;
    return [warning({ ...at, reason: `${needs}, and ${then}; ${limit}` })];
  }
  return total > CLOSE * SECRET_BYTES ? [warning({ ...at, reason: `${needs}; ${limit}` })] : [];
}

/** Judges the record of what was issued, an annotation of that Secret. @param record As it is written. */
export function judgeRecordSize(secret: string, record: string): readonly Diagnostic[] {
  const bytes = Buffer.byteLength(record);
  const found: Finding = {
    property: "Secret",
    value: secret,
    reason: `needs an annotation of ${inWords(bytes)} bytes for the names of CAs; all annotations of an object hold ${inWords(ANNOTATION_BYTES)}`,
    fix: "drop what need not be trusted (trusted)",
  };
  // A kilobyte is left to the others.
  const limit = ANNOTATION_BYTES - 1024;
  return bytes > limit ? [error(found)] : bytes > CLOSE * limit ? [warning(found)] : [];
}
