import { createHash, createPublicKey, randomBytes, sign, type KeyObject } from "node:crypto";
import * as der from "./der";
import * as extensions from "./extensions";
import { fromPem, toPem } from "./pem";
import { decodeSubject, encodeSubject, type Subject } from "./subject";

const HOUR_MS = 3_600_000;
const ECDSA: Readonly<Record<string, readonly [string, string]>> = {
  secp224r1: ["1.2.840.10045.4.3.2", "sha256"],
  prime256v1: ["1.2.840.10045.4.3.2", "sha256"],
  secp384r1: ["1.2.840.10045.4.3.3", "sha384"],
  secp521r1: ["1.2.840.10045.4.3.4", "sha512"],
};

/** What a certificate says of its holder. */
export interface Holder {
  readonly subject: Subject;
  readonly names: extensions.AlternativeNames;
  readonly publicKey: KeyObject;
}

/** What a certificate allows. */
export interface Terms {
  readonly allowedUses: readonly string[];
  readonly validityPeriodHours: number;
  readonly isCa: boolean;
  readonly maxPathLength: number | undefined;
  readonly setSubjectKeyId: boolean;
  readonly setAuthorityKeyId: boolean;
}

/** Who signs: the name and key id of its certificate, or itself. */
export type Issuer =
  | { readonly kind: "self" }
  | {
      readonly kind: "authority";
      readonly name: Buffer;
      readonly keyId: Buffer | undefined;
      readonly publicKey: KeyObject;
    };

/** An issued certificate. */
export interface Issued {
  readonly serial: bigint;
  readonly pem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const spki = (key: KeyObject) => key.export({ format: "der", type: "spki" });

interface Algorithm {
  readonly id: Buffer;
  /** Null where the algorithm brings its own. */
  readonly hash: string | null;
}

function signatureAlgorithm(key: KeyObject): Algorithm {
  if (key.asymmetricKeyType === "rsa")
    return { id: der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL), hash: "sha256" };
  if (key.asymmetricKeyType === "ed25519") return { id: der.sequence(der.oid("1.3.101.112")), hash: null };
  const curve = ECDSA[key.asymmetricKeyDetails?.namedCurve ?? ""];
  if (curve === undefined) throw new Error("x509: unsupported elliptic curve");
  return { id: der.sequence(der.oid(curve[0])), hash: curve[1] };
}

function signed(body: Buffer, key: KeyObject): Buffer {
  const { id, hash } = signatureAlgorithm(key);
  return der.sequence(body, id, der.bits(sign(hash, body, key)));
}

/** SHA-1 of the public key; of an Ed25519 key the plugin hashes it with an OCTET STRING header. */
function keyId(key: KeyObject): Buffer {
  const point = der.part(der.read(spki(key)), 1).content.subarray(1);
  return createHash("sha1")
    .update(key.asymmetricKeyType === "ed25519" ? der.octets(point) : point)
    .digest();
}

/** A PKCS#10 request in DER. */
export function createRequest({ subject, names, publicKey }: Holder, key: KeyObject): Buffer {
  const san = extensions.alternativeNames(names, false);
  const attributes =
    san === undefined ? [] : [der.sequence(der.oid("1.2.840.113549.1.9.14"), der.set(der.sequence(san)))];
  const body = der.sequence(der.integer(0n), encodeSubject(subject), spki(publicKey), der.context(0, ...attributes));
  return signed(body, key);
}

/** What a request asks for. Its signature is not checked, as the plugin does not. */
export function parseRequest(pem: string): Holder {
  const [, subject, publicKey, attributes] = der.parts(der.part(der.read(fromPem("CERTIFICATE REQUEST", pem)), 0));
  if (subject === undefined || publicKey === undefined)
    throw new Error("failed to parse certificate request: fields are missing");
  const lists =
    attributes === undefined ? [] : der.parts(attributes).map((attribute) => der.part(der.part(attribute, 1), 0));
  const names: Record<"dnsNames" | "ipAddresses" | "uris", string[]> = { dnsNames: [], ipAddresses: [], uris: [] };
  for (const extension of lists.flatMap(der.parts)) {
    if (!der.part(extension, 0).raw.equals(extensions.SAN)) continue;
    const value = der.parts(extension).at(-1);
    for (const { tag, content } of value === undefined ? [] : der.parts(der.read(value.content))) {
      if (tag === 0x82) names.dnsNames.push(content.toString());
      if (tag === 0x86) names.uris.push(content.toString());
      if (tag === 0x87) names.ipAddresses.push(ipText(content));
    }
  }
  const key = createPublicKey({ key: publicKey.raw, format: "der", type: "spki" });
  return { subject: decodeSubject(subject), names, publicKey: key };
}

function ipText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join(".");
  return bytes.toString("hex").match(/.{4}/g)?.join(":") ?? "";
}

/**
 * Issues a certificate the way Go's `x509.CreateCertificate` does.
 *
 * @throws with Go's words when the issuer's key does not fit its certificate.
 */
export function issue(holder: Holder, terms: Terms, issuer: Issuer, key: KeyObject, now: Date): Issued {
  const signer = createPublicKey(key);
  if (issuer.kind === "authority" && !spki(signer).equals(spki(issuer.publicKey))) {
    throw new Error("Failed to create certificate: x509: provided PrivateKey doesn't match parent's PublicKey");
  }
  if (!terms.isCa && (terms.maxPathLength ?? 0) > 0) {
    throw new Error("Failed to create certificate: x509: only CAs are allowed to specify MaxPathLen");
  }
  const subject = encodeSubject(holder.subject);
  const emptySubject = subject.equals(der.sequence());
  if (terms.isCa && emptySubject) {
    throw new Error(
      "Invalid Certificate Subject: Must contain at least one Distinguished Name when creating Certificate Authority (CA)",
    );
  }
  const own = terms.isCa || terms.setSubjectKeyId ? keyId(holder.publicKey) : undefined;
  const name = issuer.kind === "self" ? subject : issuer.name;
  const san = extensions.alternativeNames(holder.names, emptySubject);
  const authority = authorityOf(terms, issuer, own, name.equals(subject));
  const notAfter = new Date(now.getTime() + terms.validityPeriodHours * HOUR_MS);
  const serial = BigInt(`0x${randomBytes(16).toString("hex")}`);
  const body = der.sequence(
    der.context(0, der.integer(2n)),
    der.integer(serial),
    signatureAlgorithm(key).id,
    name,
    der.sequence(der.time(now), der.time(notAfter)),
    subject,
    spki(holder.publicKey),
    extensions.extensionList([
      ...extensions.usages(terms.allowedUses),
      extensions.basicConstraints(terms.isCa, terms.maxPathLength),
      ...(own === undefined ? [] : [extensions.subjectKeyId(own)]),
      ...(authority === undefined ? [] : [extensions.authorityKeyId(authority)]),
      ...(san === undefined ? [] : [san]),
    ]),
  );
  return { serial, pem: toPem("CERTIFICATE", signed(body, key)), notBefore: now, notAfter };
}

function authorityOf(terms: Terms, issuer: Issuer, own: Buffer | undefined, sameName: boolean): Buffer | undefined {
  if (issuer.kind === "authority") return sameName ? undefined : issuer.keyId;
  if (!terms.setAuthorityKeyId) return undefined;
  if (own === undefined) throw new Error("Invalid Certificate Authority: Could not determine Authority Key Identifier");
  return own;
}
