import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { webcrypto } from "node:crypto";

/** Key families of the CAs that people have. */
export type CAKey = "P-256" | "RSA-2048" | "RSA-1024";

/** A certificate and its private key, PEM. */
export interface CA {
  readonly certificate: string;
  readonly privateKey: string;
}

/** What a CA minted here is like; without a fault unless it says so. */
export interface CAOptions {
  readonly key?: CAKey;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Whether basic constraints say CA. @default true */
  readonly isCA?: boolean;
  /** Whether key usage holds the signing of certificates. @default true */
  readonly signsCertificates?: boolean;
  readonly subject?: string;
}

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]) } as const;

const ALGORITHMS = {
  "P-256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  "RSA-2048": { ...RSA, modulusLength: 2048 },
  "RSA-1024": { ...RSA, modulusLength: 1024 },
} as const;

/** The moment at which these tests judge certificates. */
export const NOW = new Date("2026-11-15T12:00:00Z");

/** Mints a self-signed certificate that is valid from a year before to a year after {@link NOW}. */
export async function mintCA(options: CAOptions = {}): Promise<CA> {
  return (await mint(options)).ca;
}

/** An intermediate and its root. */
export async function mintChain(): Promise<{ readonly root: CA; readonly own: CA }> {
  const { ca: root, keys, certificate } = await mint({ subject: "CN=root" });
  const own = await mint({}, { name: certificate.subject, key: keys.privateKey });
  return { root, own: own.ca };
}

async function mint(options: CAOptions, issuer?: { readonly name: string; readonly key: webcrypto.CryptoKey }) {
  const { key = "P-256", isCA = true, signsCertificates = true, subject = "CN=etcd-ca" } = options;
  const algorithm = ALGORITHMS[key];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const usage = signsCertificates ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: "01",
    subject,
    issuer: issuer?.name ?? subject,
    publicKey: keys.publicKey,
    signingKey: issuer?.key ?? keys.privateKey,
    notBefore: options.notBefore ?? new Date("2025-11-15T12:00:00Z"),
    notAfter: options.notAfter ?? new Date("2027-11-15T12:00:00Z"),
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(isCA, undefined, true), new x509.KeyUsagesExtension(usage, true)],
  });
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  const file = (pem: string) => `${pem.trim()}\n`;
  const ca = {
    certificate: file(certificate.toString("pem")),
    privateKey: file(x509.PemConverter.encode(pkcs8, "PRIVATE KEY")),
  };
  return { ca, keys, certificate };
}
