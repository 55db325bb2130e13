import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { isPlainMap, type Plain, type PlainMap, type PropertyMap } from "../shared/value";
import { parseAuthority } from "./authority";
import { createRequest, issue, parseRequest, type Issued, type Terms } from "./certificate";
import { generateKey } from "./generateKey";
import { openSsh } from "./openssh";
import { algorithmOf, privateKey, toPem } from "./pem";
import { rfc3339 } from "./renewal";
import type { Subject } from "./subject";

/** What creating a resource gives on top of its inputs. */
export interface Created {
  readonly id: string;
  readonly outputs: PropertyMap;
  readonly warning?: string;
}

const text = (value: Plain | undefined) => (typeof value === "string" ? value : "");
const texts = (value: Plain | undefined) => (Array.isArray(value) ? value.map(text) : []);
const sha1 = (bytes: Buffer) => createHash("sha1").update(bytes).digest("hex");

/** Reads a PEM input; what it complains about is told with the property's role. */
function parsed<T>(role: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`Failed to parse ${role} PEM: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function nativePem(key: KeyObject): string {
  if (key.asymmetricKeyType === "rsa") return toPem("RSA PRIVATE KEY", key.export({ format: "der", type: "pkcs1" }));
  if (key.asymmetricKeyType === "ec") return toPem("EC PRIVATE KEY", key.export({ format: "der", type: "sec1" }));
  return toPem("PRIVATE KEY", key.export({ format: "der", type: "pkcs8" }));
}

function createPrivateKey(plan: PlainMap): Created {
  const bits = plan["rsaBits"];
  const key = generateKey(text(plan["algorithm"]), text(plan["ecdsaCurve"]), typeof bits === "number" ? bits : 0);
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  const ssh = openSsh(key);
  return {
    id: sha1(spki),
    outputs: {
      privateKeyPem: nativePem(key),
      privateKeyPemPkcs8: toPem("PRIVATE KEY", key.export({ format: "der", type: "pkcs8" })),
      privateKeyOpenssh: ssh.privateKey,
      publicKeyPem: toPem("PUBLIC KEY", spki),
      publicKeyOpenssh: ssh.publicKey,
      publicKeyFingerprintMd5: ssh.md5,
      publicKeyFingerprintSha256: ssh.sha256,
    },
  };
}

function subjectOf(plan: PlainMap): Subject {
  const subject = isPlainMap(plan["subject"]) ? plan["subject"] : {};
  return Object.fromEntries(
    Object.entries(subject)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, Array.isArray(value) ? texts(value) : [text(value)]]),
  );
}

function holderOf(plan: PlainMap, key: KeyObject) {
  const names = {
    dnsNames: texts(plan["dnsNames"]),
    ipAddresses: texts(plan["ipAddresses"]),
    uris: texts(plan["uris"]),
  };
  return { subject: subjectOf(plan), names, publicKey: createPublicKey(key) };
}

function termsOf(plan: PlainMap): Terms {
  const { validityPeriodHours, maxPathLength } = plan;
  return {
    allowedUses: texts(plan["allowedUses"]),
    validityPeriodHours: typeof validityPeriodHours === "number" ? validityPeriodHours : 0,
    isCa: plan["isCaCertificate"] === true,
    maxPathLength: typeof maxPathLength === "number" ? maxPathLength : undefined,
    setSubjectKeyId: plan["setSubjectKeyId"] === true,
    setAuthorityKeyId: plan["setAuthorityKeyId"] === true,
  };
}

function issuedOutputs({ serial, pem, notBefore, notAfter }: Issued): { id: string; outputs: PropertyMap } {
  const outputs = { certPem: pem, validityStartTime: rfc3339(notBefore), validityEndTime: rfc3339(notAfter) };
  return { id: String(serial), outputs };
}

function createCertRequest(plan: PlainMap): Created {
  const key = parsed("private key", () => privateKey(text(plan["privateKeyPem"])));
  const request = createRequest(holderOf(plan, key), key);
  const outputs = { keyAlgorithm: algorithmOf(key), certRequestPem: toPem("CERTIFICATE REQUEST", request) };
  return { id: sha1(request), outputs };
}

function createSelfSigned(plan: PlainMap): Created {
  const key = parsed("private key", () => privateKey(text(plan["privateKeyPem"])));
  const { id, outputs } = issuedOutputs(issue(holderOf(plan, key), termsOf(plan), { kind: "self" }, key, new Date()));
  return { id, outputs: { ...outputs, keyAlgorithm: algorithmOf(key) } };
}

function createLocallySigned(plan: PlainMap): Created {
  const holder = parsed("certificate request", () => parseRequest(text(plan["certRequestPem"])));
  const key = parsed("CA private key", () => privateKey(text(plan["caPrivateKeyPem"])));
  const { issuer, isCa } = parsed("CA certificate", () => parseAuthority(text(plan["caCertPem"])));
  const { id, outputs } = issuedOutputs(issue(holder, termsOf(plan), issuer, key, new Date()));
  const created = { id, outputs: { ...outputs, caKeyAlgorithm: algorithmOf(key) } };
  return isCa
    ? created
    : { ...created, warning: "Certificate provided as Authority does not appear to be a valid Certificate Authority" };
}

/** How each resource type is created. */
export const CREATE: Readonly<Record<string, (plan: PlainMap) => Created>> = {
  "tls:index/privateKey:PrivateKey": createPrivateKey,
  "tls:index/certRequest:CertRequest": createCertRequest,
  "tls:index/selfSignedCert:SelfSignedCert": createSelfSigned,
  "tls:index/locallySignedCert:LocallySignedCert": createLocallySigned,
};
