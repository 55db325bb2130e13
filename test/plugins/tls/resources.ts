import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { isPlainMap, type Plain, type PlainMap, type PropertyMap } from "../shared/value";
import {
  createRequest,
  holderOf,
  isCa,
  issue,
  parseAuthority,
  parseRequest,
  type Issued,
  type Terms,
} from "./certificates";
import { generateKey } from "./generateKey";
import { signerOf, spkiOf, type Signer } from "./keys";
import { rfc3339 } from "./renewal";

/** What creating a resource gives on top of its inputs. */
export interface Created {
  readonly id: string;
  readonly outputs: PropertyMap;
  readonly warning?: string;
}

const text = (value: Plain | undefined) => (typeof value === "string" ? value : "");
const texts = (value: Plain | undefined) => (Array.isArray(value) ? value.map(text) : []);
const sha1 = (bytes: Uint8Array) => createHash("sha1").update(bytes).digest("hex");

/** Reads a PEM input; what it complains about is told with the property's role. */
async function parsed<T>(role: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new Error(`Failed to parse ${role} PEM: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** As Go writes a key: each family in its own form. */
function pemOf(key: KeyObject): string {
  const type = key.asymmetricKeyType === "rsa" ? "pkcs1" : key.asymmetricKeyType === "ec" ? "sec1" : "pkcs8";
  return key.export({ format: "pem", type }).toString();
}

function createPrivateKey(plan: PlainMap): Promise<Created> {
  const bits = plan["rsaBits"];
  const key = generateKey(text(plan["algorithm"]), text(plan["ecdsaCurve"]), typeof bits === "number" ? bits : 0);
  return Promise.resolve({
    id: sha1(spkiOf(key)),
    outputs: {
      privateKeyPem: pemOf(key),
      privateKeyPemPkcs8: key.export({ format: "pem", type: "pkcs8" }).toString(),
      publicKeyPem: createPublicKey(key).export({ format: "pem", type: "spki" }).toString(),
    },
  });
}

function namedIn(plan: PlainMap) {
  const subject = isPlainMap(plan["subject"]) ? plan["subject"] : {};
  const given = Object.entries(subject).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : []));
  const names = { dns: texts(plan["dnsNames"]), ip: texts(plan["ipAddresses"]), url: texts(plan["uris"]) };
  return holderOf(Object.fromEntries(given) as Record<string, string>, names);
}

function termsOf(plan: PlainMap): Terms {
  const number = (value: Plain | undefined) => (typeof value === "number" ? value : 0);
  return {
    allowedUses: texts(plan["allowedUses"]),
    validityPeriodHours: number(plan["validityPeriodHours"]),
    isCa: plan["isCaCertificate"] === true,
    setSubjectKeyId: plan["setSubjectKeyId"] === true,
    maxPathLength: number(plan["maxPathLength"]),
  };
}

function issuedOutputs({ serial, pem, notBefore, notAfter }: Issued, more: PropertyMap): Created {
  const validity = { validityStartTime: rfc3339(notBefore), validityEndTime: rfc3339(notAfter) };
  return { id: String(serial), outputs: { certPem: pem, ...validity, ...more } };
}

const ownKey = (plan: PlainMap): Promise<Signer> => parsed("private key", () => signerOf(text(plan["privateKeyPem"])));

async function createCertRequest(plan: PlainMap): Promise<Created> {
  const signer = await ownKey(plan);
  const { der, pem } = await createRequest(namedIn(plan), signer);
  return { id: sha1(der), outputs: { keyAlgorithm: signer.family, certRequestPem: pem } };
}

async function createSelfSigned(plan: PlainMap): Promise<Created> {
  const signer = await ownKey(plan);
  const issued = await issue(namedIn(plan), signer.keys.publicKey, termsOf(plan), signer);
  return issuedOutputs(issued, { keyAlgorithm: signer.family });
}

async function createLocallySigned(plan: PlainMap): Promise<Created> {
  const holder = await parsed("certificate request", () => parseRequest(text(plan["certRequestPem"])));
  const signer = await parsed("CA private key", () => signerOf(text(plan["caPrivateKeyPem"])));
  const authority = await parsed("CA certificate", () => parseAuthority(text(plan["caCertPem"])));
  if (!signer.spki.equals(Buffer.from(authority.publicKey.rawData))) {
    throw new Error("Failed to create certificate: x509: provided PrivateKey doesn't match parent's PublicKey");
  }
  const issued = await issue(holder, holder.publicKey, termsOf(plan), signer, authority);
  const created = issuedOutputs(issued, { caKeyAlgorithm: signer.family });
  return isCa(authority)
    ? created
    : { ...created, warning: "Certificate provided as Authority does not appear to be a valid Certificate Authority" };
}

/** How each resource type is created. */
export const CREATE: Readonly<Record<string, (plan: PlainMap) => Promise<Created>>> = {
  "tls:index/privateKey:PrivateKey": createPrivateKey,
  "tls:index/certRequest:CertRequest": createCertRequest,
  "tls:index/selfSignedCert:SelfSignedCert": createSelfSigned,
  "tls:index/locallySignedCert:LocallySignedCert": createLocallySigned,
};
