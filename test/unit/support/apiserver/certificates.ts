import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { webcrypto } from "node:crypto";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const VALID = { notBefore: new Date("2025-11-15T12:00:00Z"), notAfter: new Date("2028-11-15T12:00:00Z") };

/** An authority as the chart makes it, with which certificates can be signed. */
export interface TestCA {
  readonly certificate: string;
  readonly privateKey: string;
  sign(leaf: TestLeaf): Promise<string>;
}

/** What a certificate is for. */
export interface TestLeaf {
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

const pem = (certificate: x509.X509Certificate): string => `${certificate.toString("pem").trim()}\n`;

/** Makes an authority: like those of all charts, with the name `Cilium CA`. @param isCA Whether it may sign. */
export async function testCA(subject = "CN=Cilium CA", isCA = true): Promise<TestCA> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: subject,
    keys,
    signingAlgorithm: ALGORITHM,
    ...VALID,
    extensions: [new x509.BasicConstraintsExtension(isCA, undefined, true)],
  });
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: pem(certificate),
    privateKey: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
    sign: async ({ commonName, dnsNames = [], ipAddresses = [] }) => {
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
        extensions: names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)],
      });
      return pem(leaf);
    },
  };
}
