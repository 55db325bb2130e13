import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { KeyObject, webcrypto } from "node:crypto";
import { isIP } from "node:net";

/** A certificate and its key, both PEM; the key is PKCS #8. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** Who a certificate is for. */
export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
}

/** When a certificate holds. */
export interface Validity {
  /** @default an hour ago, for clocks that differ */
  readonly notBefore?: Date;
  /** @default in a year */
  readonly notAfter?: Date;
}

/** A leaf certificate's contents. */
export interface LeafSpec extends Subject, Validity {
  readonly usages: readonly ("server" | "client")[];
  readonly dnsNames?: readonly string[];
  /** IPv4 addresses. */
  readonly ips?: readonly string[];
}

const HOUR_MS = 3_600_000;
/** A lab lives for hours; a year also bears one that is forgotten. */
const VALIDITY_MS = 365 * 24 * HOUR_MS;

const KEY_ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const EXTENDED_KEY_USAGE = {
  server: x509.ExtendedKeyUsage.serverAuth,
  client: x509.ExtendedKeyUsage.clientAuth,
} as const;

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ["sign", "verify"]);

const privateKeyPem = ({ privateKey }: webcrypto.CryptoKeyPair): string =>
  KeyObject.from(privateKey).export({ type: "pkcs8", format: "pem" }).toString();

/** Ends with a line break, so that certificates can be joined to a bundle. */
const certificatePem = (certificate: x509.X509Certificate): string => `${certificate.toString("pem").trimEnd()}\n`;

const subjectName = ({ commonName, organization }: Subject): x509.JsonName => [
  ...(organization === undefined ? [] : [{ O: [organization] }]),
  { CN: [commonName] },
];

const validity = ({ notBefore, notAfter }: Validity): Required<Validity> => ({
  notBefore: notBefore ?? new Date(Date.now() - HOUR_MS),
  notAfter: notAfter ?? new Date(Date.now() + VALIDITY_MS),
});

/** A self-signed P-256 authority. */
export async function createAuthority(commonName: string): Promise<Pair> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subjectName({ commonName }),
    ...validity({}),
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: certificatePem(certificate), key: privateKeyPem(keys) };
}

function subjectAlternativeNames({ commonName, dnsNames = [], ips = [] }: LeafSpec): x509.JsonGeneralName[] {
  const wrong = ips.find((ip) => isIP(ip) === 0);
  if (wrong !== undefined) throw new Error(`certificate ${commonName}: "${wrong}" is not an IP address`);
  return [
    ...dnsNames.map((value) => ({ type: "dns", value }) as const),
    ...ips.map((value) => ({ type: "ip", value }) as const),
  ];
}

/** What the authority calls its key, which OpenSSL compares: there is more than one way to derive it from the key. */
async function authorityKeyIdentifier(authority: x509.X509Certificate): Promise<x509.AuthorityKeyIdentifierExtension> {
  const own = authority.getExtension(x509.SubjectKeyIdentifierExtension);
  return own === null
    ? x509.AuthorityKeyIdentifierExtension.create(authority.publicKey)
    : new x509.AuthorityKeyIdentifierExtension(own.keyId);
}

/**
 * A P-256 leaf, signed by an authority of {@link createAuthority}; valid at any time that the spec says, the past too.
 * @throws Error that names the certificate and the value when an address is none.
 */
export async function issueLeaf(authority: Pair, spec: LeafSpec): Promise<Pair> {
  const names = subjectAlternativeNames(spec);
  const issuer = new x509.X509Certificate(authority.cert);
  const issuerKey = x509.PemConverter.decodeFirst(authority.key);
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: subjectName(spec),
    issuer: issuer.subjectName,
    ...validity(spec),
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey("pkcs8", issuerKey, KEY_ALGORITHM, false, ["sign"]),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(spec.usages.map((usage) => EXTENDED_KEY_USAGE[usage])),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await authorityKeyIdentifier(issuer),
    ],
  });
  return { cert: certificatePem(certificate), key: privateKeyPem(keys) };
}

/** A P-256 key pair for signing service-account tokens, both PEM. */
export async function createTokenKeys(): Promise<{ readonly publicKey: string; readonly privateKey: string }> {
  const keys = await newKeys();
  return {
    publicKey: KeyObject.from(keys.publicKey).export({ type: "spki", format: "pem" }).toString(),
    privateKey: privateKeyPem(keys),
  };
}
