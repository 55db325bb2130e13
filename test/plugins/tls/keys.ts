import { createPrivateKey, createPublicKey, type KeyObject, webcrypto } from "node:crypto";

const ECDSA = { name: "ECDSA" } as const;
/** By the curve of a key, or else its type: what the plugin calls its algorithm, and how it signs. */
const FAMILIES = {
  rsa: ["RSA", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }],
  ed25519: ["ED25519", { name: "Ed25519" }],
  prime256v1: ["ECDSA", { ...ECDSA, namedCurve: "P-256", hash: "SHA-256" }],
  secp384r1: ["ECDSA", { ...ECDSA, namedCurve: "P-384", hash: "SHA-384" }],
  secp521r1: ["ECDSA", { ...ECDSA, namedCurve: "P-521", hash: "SHA-512" }],
} as const;

/** A private key as it signs. */
export interface Signer {
  readonly family: string;
  readonly algorithm: webcrypto.Algorithm;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly spki: Buffer;
}

export const spkiOf = (key: KeyObject): Buffer => createPublicKey(key).export({ format: "der", type: "spki" });

/** A private key out of PKCS#1, SEC 1 or PKCS#8 PEM. */
export async function signerOf(pem: string): Promise<Signer> {
  const key = createPrivateKey(pem);
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  const found = Object.entries(FAMILIES).find(
    ([name]) => name === (asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType),
  );
  if (found === undefined) throw new Error("x509: unsupported elliptic curve");
  const [, [family, algorithm]] = found;
  const [pkcs8, spki] = [key.export({ format: "der", type: "pkcs8" }), spkiOf(key)];
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]),
    webcrypto.subtle.importKey("spki", spki, algorithm, true, ["verify"]),
  ]);
  return { family, algorithm, keys: { privateKey, publicKey }, spki };
}
