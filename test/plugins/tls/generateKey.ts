import { createPrivateKey, generateKeyPairSync, type ED25519KeyPairOptions, type KeyObject } from "node:crypto";

const CURVES: Readonly<Record<string, string>> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

const ENCODED: ED25519KeyPairOptions<"der", "der"> = {
  publicKeyEncoding: { type: "spki", format: "der" },
  privateKeyEncoding: { type: "pkcs8", format: "der" },
};

function generate(algorithm: string, curve: string, modulusLength: number): Buffer {
  if (algorithm === "RSA") return generateKeyPairSync("rsa", { modulusLength, ...ENCODED }).privateKey;
  if (algorithm === "ED25519") return generateKeyPairSync("ed25519", ENCODED).privateKey;
  const namedCurve = CURVES[curve];
  if (namedCurve === undefined) throw new Error(`invalid ECDSA curve ${curve}`);
  return generateKeyPairSync("ec", { namedCurve, ...ENCODED }).privateKey;
}

/**
 * A new private key. It is read from its DER, for Node 20 may wait for ever in the export of one that was generated as an object: the export holds the
 * key's lock, and garbage collection takes it again when it comes upon the finished generation of the same key.
 *
 * @param modulusLength Bits of a key of RSA.
 */
export function generateKey(algorithm: string, curve: string, modulusLength: number): KeyObject {
  return createPrivateKey({ key: generate(algorithm, curve, modulusLength), type: "pkcs8", format: "der" });
}
