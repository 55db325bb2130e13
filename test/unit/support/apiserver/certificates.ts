import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { webcrypto } from "node:crypto";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const VALID = { notBefore: new Date("2025-11-15T12:00:00Z"), notAfter: new Date("2028-11-15T12:00:00Z") };

const PURPOSES = { client: x509.ExtendedKeyUsage.clientAuth, server: x509.ExtendedKeyUsage.serverAuth } as const;

/** An authority as the chart makes it, with which certificates can be signed. */
export interface TestCA {
  readonly certificate: string;
  readonly privateKey: string;
  sign(leaf: TestLeaf): Promise<string>;
  /** The same with its key. */
  pair(leaf: TestLeaf): Promise<{ readonly certificate: string; readonly privateKey: string }>;
}

/** What a certificate is for. */
export interface TestLeaf {
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** @default for all */
  readonly purpose?: keyof typeof PURPOSES;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const pem = (certificate: x509.X509Certificate): string => `${certificate.toString("pem").trim()}\n`;

/** Makes an authority: like those of all charts, with the name `Cilium CA`. @param isCA Whether it may sign. */
export async function testCA(
  subject = "CN=Cilium CA",
  isCA = true,
  valid: Partial<typeof VALID> = {},
): Promise<TestCA> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: subject,
    keys,
    signingAlgorithm: ALGORITHM,
    ...VALID,
    ...valid,
    extensions: [new x509.BasicConstraintsExtension(isCA, undefined, true)],
  });
  const keyOf = async ({ privateKey }: webcrypto.CryptoKeyPair) =>
    x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", privateKey), "PRIVATE KEY");
  const pair: TestCA["pair"] = async ({ commonName, dnsNames = [], ipAddresses = [], purpose, ...dates }) => {
    const own = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const names = [
      ...dnsNames.map((value) => ({ type: "dns" as const, value })),
      ...ipAddresses.map((value) => ({ type: "ip" as const, value })),
    ];
    const leaf = await x509.X509CertificateGenerator.create({
      serialNumber: "02",
      subject: `CN=${commonName}`,
      issuer: certificate.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      ...VALID,
      ...dates,
      extensions: [
        ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
        ...(purpose === undefined ? [] : [new x509.ExtendedKeyUsageExtension([PURPOSES[purpose]])]),
      ],
    });
    return { certificate: pem(leaf), privateKey: await keyOf(own) };
  };
  return {
    certificate: pem(certificate),
    privateKey: await keyOf(keys),
    pair,
    sign: async (leaf) => (await pair(leaf)).certificate,
  };
}
