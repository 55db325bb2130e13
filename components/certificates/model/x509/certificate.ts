import { X509Certificate } from "node:crypto";
import { attempt } from "../../../basics/model/attempt";
import { context, Fields, isMinimalInteger, NotDer, only, smallNumber, TAG } from "./der";
import { extensionsOf, type Extensions } from "./extensions";
import { checkName } from "./names";
import { pemOf, readPem } from "./pem";
import { publicKeyOf, type PublicKey } from "./publicKey";
import { signatureOf, type Signature } from "./signature";
import { timeOf } from "./times";
import { Unusable } from "./unusable";

/** A certificate as Go's `crypto/x509` reads it. */
export interface Certificate {
  /** For people. */
  readonly subject: string;
  /** As every program reads it. */
  readonly pem: string;
  /** Subject and issuer, which are compared byte by byte. */
  readonly names: { readonly subject: Buffer; readonly issuer: Buffer };
  readonly version: number;
  readonly signature: Signature;
  readonly begins: Date;
  readonly ends: Date;
  readonly key: PublicKey;
  readonly extensions: Extensions;
  readonly x509: X509Certificate;
}

const NO_EXTENSIONS: Extensions = { notUnderstood: [] };

function serialNumber(fields: Fields): void {
  const { value } = fields.take(TAG.integer);
  if (!isMinimalInteger(value) || (value[0] ?? 0) >= 0x80) throw new NotDer("a negative or malformed serial number");
}

function parse(der: Buffer): Omit<Certificate, "subject" | "pem" | "x509"> {
  const certificate = new Fields(only(der, TAG.sequence).value);
  const fields = new Fields(certificate.take(TAG.sequence).value);
  const versionField = fields.optional(context(0, true));
  const version = 1 + (versionField === undefined ? 0 : smallNumber(only(versionField.value, TAG.integer).value));
  if (version > 3) throw new NotDer("an unknown version");
  serialNumber(fields);
  const inner = fields.take(TAG.sequence);
  if (!inner.whole.equals(certificate.take(TAG.sequence).whole)) throw new NotDer("two different signature algorithms");
  certificate.take(TAG.bitString);
  const issuer = fields.take(TAG.sequence);
  const validity = new Fields(fields.take(TAG.sequence).value);
  const dates = [validity.any(), validity.any()].map((each) => timeOf(each ?? { tag: 0, value: der, whole: der }));
  const subject = fields.take(TAG.sequence);
  checkName(issuer.value);
  checkName(subject.value);
  const key = publicKeyOf(fields.take(TAG.sequence).value);
  fields.optional(context(1, false));
  fields.optional(context(2, false));
  const list = version === 3 ? fields.optional(context(3, true)) : undefined;
  const [begins = new Date(0), ends = new Date(0)] = dates;
  return {
    names: { subject: subject.whole, issuer: issuer.whole },
    version,
    signature: signatureOf(inner.value),
    ...{ begins, ends, key },
    extensions: list === undefined ? NO_EXTENSIONS : extensionsOf(list.value),
  };
}

/** Reads a certificate. @throws Unusable with what keeps Go, or OpenSSL, from reading it. */
export function readCertificate(der: Buffer): Certificate {
  try {
    const x509 = new X509Certificate(der);
    return { ...parse(der), subject: x509.subject.replaceAll("\n", ", "), pem: pemOf("CERTIFICATE", der), x509 };
  } catch (error) {
    const what = error instanceof NotDer ? `: it has ${error.message}` : "";
    throw new Unusable(`cannot be read by agents and etcd${what}`, "give a certificate that Go programs can read");
  }
}

/** Reads the first certificate of a PEM text. @throws Unusable where there is none. */
export function certificateOf(pem: string): Certificate {
  const [block] = readPem(pem).blocks;
  if (block === undefined) throw new Unusable("cannot be read", "give one PEM block BEGIN CERTIFICATE");
  return readCertificate(block.der);
}

/** Whether it is its own issuer, so that nothing above it is needed. */
export function isSelfSigned({ names, x509 }: Certificate): boolean {
  return names.subject.equals(names.issuer) && verifies(x509, x509);
}

/** Whether a certificate's signature is by this one's key. */
export function verifies(issuer: X509Certificate, signed: X509Certificate): boolean {
  return attempt(() => signed.verify(issuer.publicKey)) === true;
}
