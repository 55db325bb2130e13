import { createPrivateKey, sign, verify, type KeyObject, type X509Certificate } from "node:crypto";
import { attempt } from "../../../basics/model/attempt";
import { readPem } from "./pem";
import { Unusable } from "./unusable";

/** The encodings that the `tls` plugin reads, by the label of their block. */
const ENCODINGS: Readonly<Record<string, "pkcs8" | "pkcs1" | "sec1">> = {
  "PRIVATE KEY": "pkcs8",
  "RSA PRIVATE KEY": "pkcs1",
  "EC PRIVATE KEY": "sec1",
};

/** The object identifiers of Go's curves, as they stand in a key whose curve is named and not described. */
const NAMED_CURVES: Readonly<Record<string, string>> = {
  secp224r1: "06052b81040021",
  prime256v1: "06082a8648ce3d030107",
  secp384r1: "06052b81040022",
  secp521r1: "06052b81040023",
};

/** Fewer bits are refused by Go. */
export const LEAST_RSA_BITS = 1024;

const GIVE = "give the CA's unencrypted private key in PEM";

function checkKind(key: KeyObject, der: Buffer): void {
  const { namedCurve = "", modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType;
  const another = "take a CA with a key of RSA, Ed25519, or P-224, P-256, P-384 or P-521";
  if (kind === "ec") {
    const named = Object.hasOwn(NAMED_CURVES, namedCurve) ? NAMED_CURVES[namedCurve] : undefined;
    if (named === undefined) {
      throw new Unusable(`is of curve ${namedCurve}, which agents and etcd do not know`, another);
    }
    if (!der.toString("hex").includes(named)) {
      throw new Unusable("describes its curve and does not name it, which the tls plugin does not read", another);
    }
    return;
  }
  if (kind === "rsa" && modulusLength < LEAST_RSA_BITS) {
    throw new Unusable(`has ${modulusLength} bits, which agents and etcd refuse`, another);
  }
  if (kind !== "rsa" && kind !== "ed25519") {
    throw new Unusable(`is of kind ${kind ?? "unknown"}, with which the tls plugin cannot sign`, another);
  }
}

/**
 * Reads a CA's private key. Other blocks beside it do not matter: `openssl ecparam` writes the curve in front of it.
 *
 * @throws Unusable with what keeps the `tls` plugin from signing with it.
 */
export function readPrivateKey(text: string): KeyObject {
  const { blocks, broken } = readPem(text);
  const [block, ...more] = blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  if (block === undefined || broken > 0) throw new Unusable("cannot be read", GIVE);
  if (more.length > 0) {
    throw new Unusable(`holds ${1 + more.length} private keys`, "give the one of the certificate alone");
  }
  if (block.label === "ENCRYPTED PRIVATE KEY" || block.headers.some((line) => line.includes("ENCRYPTED"))) {
    throw new Unusable("is encrypted", `${GIVE} (openssl pkey -in FILE): Pulumi encrypts it`);
  }
  const type = Object.hasOwn(ENCODINGS, block.label) ? ENCODINGS[block.label] : undefined;
  if (type === undefined) {
    throw new Unusable(
      `is a ${block.label}, which the tls plugin does not read`,
      `${GIVE}, in a block PRIVATE KEY (openssl pkey -in FILE)`,
    );
  }
  const key = attempt(() => createPrivateKey({ key: block.der, format: "der", type }));
  if (key === undefined) throw new Unusable("cannot be read", GIVE);
  checkKind(key, block.der);
  return key;
}

/** A key as every program reads it. */
export const pemOfKey = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

/** Whether what a key signs is verified with the certificate. The public half alone would say nothing of a damaged private one. */
export function belongsTo(key: KeyObject, certificate: X509Certificate): boolean {
  const [hash, said] = [key.asymmetricKeyType === "ed25519" ? null : "sha256", Buffer.from("cilium-clustermesh")];
  return attempt(() => verify(hash, said, certificate.publicKey, sign(hash, said, key))) === true;
}
