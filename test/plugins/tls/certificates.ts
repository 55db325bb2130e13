import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { webcrypto } from "node:crypto";
import type { Signer } from "./keys";

const HOUR_MS = 3_600_000;

const KEY_USAGES: Readonly<Record<string, x509.KeyUsageFlags>> = {
  digital_signature: x509.KeyUsageFlags.digitalSignature,
  content_commitment: x509.KeyUsageFlags.nonRepudiation,
  key_encipherment: x509.KeyUsageFlags.keyEncipherment,
  data_encipherment: x509.KeyUsageFlags.dataEncipherment,
  key_agreement: x509.KeyUsageFlags.keyAgreement,
  cert_signing: x509.KeyUsageFlags.keyCertSign,
  crl_signing: x509.KeyUsageFlags.cRLSign,
};
const EXTENDED = {
  server_auth: x509.ExtendedKeyUsage.serverAuth,
  client_auth: x509.ExtendedKeyUsage.clientAuth,
  code_signing: x509.ExtendedKeyUsage.codeSigning,
} as const;

/** In the order in which Go's crypto/x509/pkix writes them, with the names that X.500 has for Pulumi's properties. */
const ATTRIBUTES = [
  ["country", "C"],
  ["organization", "O"],
  ["organizationalUnit", "OU"],
  ["locality", "L"],
  ["province", "ST"],
  ["commonName", "CN"],
  ["emailAddress", "E"],
] as const;

const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

/** What a certificate says of its holder. */
export interface Holder {
  readonly subject: x509.JsonName;
  readonly names: readonly x509.Extension[];
}

/** What a certificate allows. */
export interface Terms {
  readonly allowedUses: readonly string[];
  readonly validityPeriodHours: number;
  readonly isCa: boolean;
  /** Whether a leaf has a key id, too. */
  readonly setSubjectKeyId: boolean;
  readonly maxPathLength: number;
}

/** An issued certificate. */
export interface Issued {
  readonly serial: bigint;
  readonly pem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const textOf = (pem: x509.X509Certificate | x509.Pkcs10CertificateRequest): string =>
  `${pem.toString("pem").trimEnd()}\n`;

/** The holder by Pulumi's properties. */
export function holderOf(
  subject: Readonly<Record<string, string>>,
  names: Readonly<Record<"dns" | "ip" | "url", readonly string[]>>,
): Holder {
  const all = (["dns", "ip", "url"] as const).flatMap((type) => names[type].map((value) => ({ type, value })));
  return {
    subject: ATTRIBUTES.flatMap(([property, type]) => {
      const value = subject[property];
      return value === undefined ? [] : [{ [type]: [value] }];
    }),
    names: all.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(all)],
  };
}

/** A PKCS#10 request. */
export async function createRequest(
  { subject, names }: Holder,
  { algorithm, keys }: Signer,
): Promise<{ readonly der: Uint8Array; readonly pem: string }> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    extensions: [...names],
    signingAlgorithm: algorithm,
    keys,
  });
  return { der: new Uint8Array(request.rawData), pem: textOf(request) };
}

/** Who asks for a certificate. The signature is not checked, and the e-mail address is lost, as with the plugin. */
export function parseRequest(pem: string): Holder & { readonly publicKey: x509.PublicKey } {
  const request = new x509.Pkcs10CertificateRequest(pem);
  const names = request.getExtension(SUBJECT_ALTERNATIVE_NAME);
  return {
    subject: request.subjectName.toJSON().filter((attribute) => !("E" in attribute)),
    names: names === null ? [] : [names],
    publicKey: request.publicKey,
  };
}

const both = (one: x509.KeyUsageFlags, other: x509.KeyUsageFlags): x509.KeyUsageFlags => one | other;

/** KeyUsage (critical) and ExtendedKeyUsage; the one or the other is left out when it is empty. */
function usages(allowed: readonly string[]): readonly x509.Extension[] {
  const flags = Object.entries(KEY_USAGES).flatMap(([use, flag]) => (allowed.includes(use) ? [flag] : []));
  const extended = Object.entries(EXTENDED).flatMap(([use, id]) => (allowed.includes(use) ? [id] : []));
  return [
    ...(flags.length === 0 ? [] : [new x509.KeyUsagesExtension(flags.reduce(both), true)]),
    ...(extended.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(extended)]),
  ];
}

/** Issues a certificate. Go drops a path length of 0, and so does the plugin; a leaf has a key id of its own where it is to have one. */
export async function issue(
  holder: Holder,
  publicKey: x509.PublicKey | webcrypto.CryptoKey,
  terms: Terms,
  { algorithm, keys }: Signer,
  authority?: x509.X509Certificate,
): Promise<Issued> {
  const { allowedUses, isCa, maxPathLength, setSubjectKeyId, validityPeriodHours } = terms;
  const keyId = authority?.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  const notBefore = new Date();
  const notAfter = new Date(notBefore.getTime() + validityPeriodHours * HOUR_MS);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: holder.subject,
    issuer: authority?.subjectName ?? holder.subject,
    ...{ notBefore, notAfter },
    publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      ...usages(allowedUses),
      new x509.BasicConstraintsExtension(isCa, maxPathLength > 0 ? maxPathLength : undefined, true),
      ...(isCa || setSubjectKeyId ? [await x509.SubjectKeyIdentifierExtension.create(publicKey)] : []),
      ...(keyId === undefined ? [] : [new x509.AuthorityKeyIdentifierExtension(keyId)]),
      ...holder.names,
    ],
  });
  return { serial: BigInt(`0x${certificate.serialNumber}`), pem: textOf(certificate), notBefore, notAfter };
}

/** A certificate that is to sign others. */
export const parseAuthority = (pem: string): x509.X509Certificate => new x509.X509Certificate(pem);

export const isCa = (certificate: x509.X509Certificate): boolean =>
  certificate.getExtension(x509.BasicConstraintsExtension)?.ca === true;
