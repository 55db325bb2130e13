import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from "node:crypto";
import { isIPv4 } from "node:net";
import { bits, boolean, explicit, implicit, integer, octets, oid, sequence, set, time, utf8 } from "./der";

/** A certificate and its key, both PEM; the key is PKCS #8. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** Who a certificate is for and what it may do. */
export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
}

/** A leaf certificate's contents. */
export interface LeafSpec extends Subject {
  readonly usages: readonly ("server" | "client")[];
  readonly dnsNames?: readonly string[];
  /** IPv4 addresses. */
  readonly ips?: readonly string[];
}

const DAY_MS = 86_400_000;
/** A lab lives for hours; a year also bears one that is forgotten. */
const VALIDITY_DAYS = 365;
/** Begins in the past, for clocks that differ. */
const BACKDATE_MS = 60 * 60 * 1000;

const ECDSA_WITH_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));
const EXTENDED_KEY_USAGE = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" } as const;

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${(der.toString("base64").match(/.{1,64}/g) ?? []).join("\n")}\n-----END ${label}-----\n`;

const name = ({ commonName, organization }: Subject): Buffer =>
  sequence(
    ...(organization === undefined ? [] : [set(sequence(oid("2.5.4.10"), utf8(organization)))]),
    set(sequence(oid("2.5.4.3"), utf8(commonName))),
  );

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));

const publicKeyInfo = (key: KeyObject): Buffer => createPublicKey(key).export({ type: "spki", format: "der" });
const keyId = (key: KeyObject): Buffer => createHash("sha1").update(publicKeyInfo(key)).digest();

interface Request {
  readonly subject: Subject;
  readonly subjectKey: KeyObject;
  readonly issuer: Subject;
  readonly issuerKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

function certify({ subject, subjectKey, issuer, issuerKey, extensions }: Request): string {
  const now = Date.now();
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    name(issuer),
    sequence(time(new Date(now - BACKDATE_MS)), time(new Date(now + VALIDITY_DAYS * DAY_MS))),
    name(subject),
    publicKeyInfo(subjectKey),
    explicit(
      3,
      sequence(
        extension("2.5.29.14", false, octets(keyId(subjectKey))),
        extension("2.5.29.35", false, sequence(implicit(0, keyId(issuerKey)))),
        ...extensions,
      ),
    ),
  );
  return pem("CERTIFICATE", sequence(toBeSigned, ECDSA_WITH_SHA256, bits(sign("sha256", toBeSigned, issuerKey))));
}

const newKey = (): KeyObject => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const keyPem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

/** A self-signed P-256 authority. */
export function createAuthority(commonName: string): Pair {
  const key = newKey();
  const subject = { commonName };
  const extensions = [
    extension("2.5.29.19", true, sequence(boolean(true))),
    // keyCertSign and cRLSign.
    extension("2.5.29.15", true, bits(Buffer.from([0x06]), 1)),
  ];
  return { cert: certify({ subject, subjectKey: key, issuer: subject, issuerKey: key, extensions }), key: keyPem(key) };
}

/** A P-256 leaf, signed by an authority of {@link createAuthority} whose common name is `authorityName`. */
export function issueLeaf(authority: Pair, authorityName: string, spec: LeafSpec): Pair {
  const key = newKey();
  const names = [
    ...(spec.dnsNames ?? []).map((dns) => implicit(2, Buffer.from(dns))),
    ...(spec.ips ?? []).map((ip) => {
      if (!isIPv4(ip)) throw new Error(`certificate ${spec.commonName}: "${ip}" is not an IPv4 address`);
      return implicit(7, Buffer.from(ip.split(".").map(Number)));
    }),
  ];
  const extensions = [
    extension("2.5.29.19", true, sequence()),
    // digitalSignature.
    extension("2.5.29.15", true, bits(Buffer.from([0x80]), 7)),
    extension("2.5.29.37", false, sequence(...spec.usages.map((usage) => oid(EXTENDED_KEY_USAGE[usage])))),
    ...(names.length === 0 ? [] : [extension("2.5.29.17", false, sequence(...names))]),
  ];
  const issuerKey = createPrivateKey(authority.key);
  const cert = certify({
    subject: spec,
    subjectKey: key,
    issuer: { commonName: authorityName },
    issuerKey,
    extensions,
  });
  return { cert, key: keyPem(key) };
}

/** A P-256 key pair for signing service-account tokens; `cert` holds the public key. */
export function createTokenKeys(): { readonly publicKey: string; readonly privateKey: string } {
  const key = newKey();
  return {
    publicKey: createPublicKey(key).export({ type: "spki", format: "pem" }).toString(),
    privateKey: keyPem(key),
  };
}
