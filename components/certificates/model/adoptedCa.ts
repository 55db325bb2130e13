import { createHash, type KeyObject } from "node:crypto";
import type { AdoptedCA } from "../../settings/model/ca";
import { certificateOf, readCertificate, type Certificate } from "./x509/certificate";
import { chainFrom, sentWithLeaves, type Chain } from "./x509/chain";
import { LONGEST_PEM, pemOf, readPem } from "./x509/pem";
import { belongsTo, pemOfKey, readPrivateKey } from "./x509/privateKey";
import { Unusable } from "./x509/unusable";

/** More certificates above each other are no CA that anybody has. */
const LONGEST_CHAIN = 10;

/** What was given under a property, or why it cannot be used. */
export type Part<T> = { readonly property: string } & (
  { readonly is: "usable"; readonly part: T } | { readonly is: "unusable"; readonly fault: Unusable }
);

/** An adopted CA as far as it can be read. */
export interface ReadCa {
  /** The CA that signs, and those above it that were given. */
  readonly chain: Part<Chain>;
  readonly key: Part<KeyObject>;
  /** Whether the key is that of a certificate; where it is of none, the first is taken for the signer. */
  readonly belongs: boolean;
  readonly trusted: readonly Part<Certificate>[];
}

function attempt<T>(property: string, text: string, read: (text: string) => T): Part<T> {
  try {
    if (text.length > LONGEST_PEM) {
      const reason = `is ${text.length} characters long, and no more than ${LONGEST_PEM} are read`;
      throw new Unusable(reason, "give the CA alone");
    }
    return { property, is: "usable", part: read(text) };
  } catch (error) {
    if (error instanceof Unusable) return { property, is: "unusable", fault: error };
    throw error;
  }
}

function certificatesOf(text: string, fix: string): readonly Certificate[] {
  const { blocks, broken } = readPem(text);
  const key = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  const isCertificate = (label: string) => label === "CERTIFICATE";
  if (key !== undefined && blocks.some(({ label }) => isCertificate(label))) {
    const alone = "give the certificate alone: it is no secret, and goes to every cluster";
    throw new Unusable("holds a private key as well", alone);
  }
  if (broken > 0 || blocks.length === 0 || key !== undefined) throw new Unusable("cannot be read", fix);
  const other = blocks.find(({ label, headers }) => !isCertificate(label) || headers.length > 0);
  if (other !== undefined) {
    const what = isCertificate(other.label) ? "has headers" : `is a ${other.label}`;
    throw new Unusable(
      `holds a block that ${what}, which agents and etcd do not read`,
      `${fix} (openssl x509 -in FILE)`,
    );
  }
  if (blocks.length > LONGEST_CHAIN) {
    throw new Unusable(`holds ${blocks.length} certificates`, "give the CA and those above it");
  }
  return blocks.map(({ der }) => readCertificate(der));
}

function readTrusted(text: string): Certificate {
  // A second block, or a key beside the certificate, would end up in every cluster.
  const fix = "give one PEM block BEGIN CERTIFICATE and nothing else";
  const alone = readPem(text).blocks.length === 1;
  const [certificate] = alone ? certificatesOf(text, fix) : [];
  if (certificate === undefined) throw new Unusable("cannot be read", fix);
  return certificate;
}

/** What has been read: many ask, and a key takes a while to be tried. */
const known = new WeakMap<AdoptedCA, ReadCa>();

/** Reads an adopted CA part by part, as the Go programs do that are to use it. The signer is the certificate of the key, wherever it stands. */
export function readCa(authority: AdoptedCA): ReadCa {
  const read = known.get(authority) ?? readParts(authority);
  known.set(authority, read);
  return read;
}

function readParts({ certificate, privateKey, trusted = [] }: AdoptedCA): ReadCa {
  let belongs = false;
  const key = attempt("privateKey", privateKey, readPrivateKey);
  const chain = attempt("certificate", certificate, (text) => {
    const given = certificatesOf(text, "give one PEM block BEGIN CERTIFICATE");
    const signer = key.is === "usable" ? given.find(({ x509 }) => belongsTo(key.part, x509)) : undefined;
    belongs = signer !== undefined;
    const [first] = given;
    if (first === undefined) throw new Unusable("cannot be read", "give one PEM block BEGIN CERTIFICATE");
    return chainFrom(signer ?? first, given);
  });
  return {
    ...{ chain, key, belongs },
    trusted: trusted.map((pem, index) => attempt(`trusted[${index}]`, pem, readTrusted)),
  };
}

/** An adopted CA as the programs of a mesh are given it: PEM that this program has written. */
export interface CaFiles {
  /** Of the CA that signs, alone. */
  readonly certificate: string;
  readonly privateKey: string;
  /** Everything that is trusted, the CA that signs first. */
  readonly all: readonly string[];
  /** Goes with each certificate that is signed; empty below a root. */
  readonly intermediates: string;
  /** When the first of the chain ends, and whatever is signed is good for nothing any more. */
  readonly ends: Date;
}

const pems = (certificates: readonly Certificate[]) => certificates.map(({ pem }) => pem);

function usable<T>(part: Part<T>): T {
  if (part.is === "unusable") throw part.fault;
  return part.part;
}

/** What an adopted CA comes to. @throws Unusable where it cannot be read. */
export function caFiles(authority: AdoptedCA): CaFiles {
  const read = readCa(authority);
  const chain = usable(read.chain);
  const [certificate = ""] = pems(chain.certificates);
  return {
    certificate,
    privateKey: pemOfKey(usable(read.key)),
    all: [...pems(chain.certificates), ...pems(read.trusted.map(usable))],
    ...endOf(chain),
  };
}

/**
 * By what a CA is known as a whole: with the same one, the same key signs and the same certificates are trusted. What else is in its text, and in which
 * order, does not matter. `undefined` where it cannot sign.
 */
export function caFingerprint(authority: AdoptedCA): string | undefined {
  const { chain, key, belongs } = readCa(authority);
  if (chain.is === "unusable" || key.is === "unusable" || !belongs) return undefined;
  return createHash("sha256")
    .update(JSON.stringify(pems(chain.part.certificates)))
    .digest("hex");
}

/** What of a CA that another stack has published its certificates need, and when they end with it. @throws Unusable where it cannot be read. */
export function publishedChain(certificate: string, bundle: string): Pick<CaFiles, "intermediates" | "ends"> {
  const trusted = readPem(bundle).blocks.map(({ der }) => readCertificate(der));
  return endOf(chainFrom(certificateOf(certificate), trusted));
}

/**
 * A CA that another stack has published, as it is given there: the CAs above it in one text with it, and others that are trusted apart.
 *
 * @throws Unusable where it cannot be read.
 */
export function publishedAsGiven(
  certificate: string,
  privateKey: string,
  bundle: string,
): Required<Pick<AdoptedCA, "certificate" | "privateKey" | "trusted">> {
  const signer = certificateOf(certificate);
  const bundled = readPem(bundle).blocks.map(({ der }) => readCertificate(der));
  const { certificates, unrelated } = chainFrom(
    signer,
    bundled.filter(({ pem }) => pem !== signer.pem),
  );
  return { certificate: pems(certificates).join(""), privateKey, trusted: pems(unrelated) };
}

function endOf(chain: Chain): Pick<CaFiles, "intermediates" | "ends"> {
  return {
    intermediates: pems(sentWithLeaves(chain)).join(""),
    ends: new Date(Math.min(...chain.certificates.map(({ ends }) => ends.getTime()))),
  };
}

/** The certificates of a PEM text as programs that want explicit trust in OpenSSL read them: anchors, though they be intermediates. */
export function asTrustAnchors(bundle: string): string {
  const certificates = readPem(bundle).blocks.filter(({ label }) => label === "CERTIFICATE");
  return certificates.map(({ der }) => pemOf("TRUSTED CERTIFICATE", Buffer.concat([der, TRUST_SERVERS]))).join("");
}

/** OpenSSL's addition to a certificate: trusted for TLS servers (`X509_CERT_AUX` with the purpose serverAuth). */
const TRUST_SERVERS = Buffer.from("300c300a06082b06010505070301", "hex");
