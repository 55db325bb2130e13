import { elements, Fields, isMinimalInteger, NotDer, oid, only, TAG } from "./der";

/** A public key that Go verifies signatures with. */
export type PublicKey =
  | { readonly kind: "RSA"; readonly bits: number }
  | { readonly kind: "EC"; readonly curve: string }
  | { readonly kind: "Ed25519" }
  /** Of a kind that Go reads past, and then has no signature checked by. */
  | { readonly kind: "unsupported"; readonly name: string };

/** The curves of Go's `crypto/x509`, by object identifier. */
export const CURVES: Readonly<Record<string, { readonly name: string; readonly bytes: number }>> = {
  "1.3.132.0.33": { name: "P-224", bytes: 28 },
  "1.2.840.10045.3.1.7": { name: "P-256", bytes: 32 },
  "1.3.132.0.34": { name: "P-384", bytes: 48 },
  "1.3.132.0.35": { name: "P-521", bytes: 66 },
};

const UNSUPPORTED: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.10": "RSA-PSS",
  "1.2.840.10040.4.1": "DSA",
  "1.3.101.110": "X25519",
  "1.3.101.111": "X448",
  "1.3.101.113": "Ed448",
};

function rsaKey(parameters: Buffer | undefined, key: Buffer): PublicKey {
  if (parameters?.equals(Buffer.of(TAG.null, 0)) !== true) throw new NotDer("an RSA key without its NULL parameters");
  const fields = new Fields(only(key, TAG.sequence).value);
  const modulus = fields.take(TAG.integer).value;
  const exponent = fields.take(TAG.integer).value;
  const [first = 0x80] = modulus;
  if (!isMinimalInteger(modulus) || !isMinimalInteger(exponent) || first >= 0x80 || exponent.length > 6) {
    throw new NotDer("a malformed RSA key");
  }
  const number = exponent.readUIntBE(0, exponent.length);
  if (number < 2 || number % 2 === 0 || number > 0x7f_ff_ff_ff || (modulus.at(-1) ?? 0) % 2 === 0) {
    throw new NotDer("an RSA key whose exponent or modulus is none");
  }
  return { kind: "RSA", bits: BigInt(`0x${modulus.toString("hex")}`).toString(2).length };
}

function ecKey(parameters: Buffer | undefined, key: Buffer): PublicKey {
  const [named] = elements(parameters ?? Buffer.alloc(0));
  if (named?.tag !== TAG.oid) throw new NotDer("an elliptic curve that is not named, but described");
  const curve = Object.hasOwn(CURVES, oid(named.value)) ? CURVES[oid(named.value)] : undefined;
  if (curve === undefined) {
    throw new NotDer("an elliptic curve that Go does not know (it has P-224, P-256, P-384 and P-521)");
  }
  if (key[0] !== 4 || key.length !== 1 + 2 * curve.bytes) throw new NotDer("a compressed point of an elliptic curve");
  return { kind: "EC", curve: curve.name };
}

/** Reads a `SubjectPublicKeyInfo` as Go does. @throws NotDer for what keeps Go from reading the certificate. */
export function publicKeyOf(info: Buffer): PublicKey {
  const fields = new Fields(info);
  const algorithm = new Fields(fields.take(TAG.sequence).value);
  const [unused, ...rest] = fields.take(TAG.bitString).value;
  const kind = oid(algorithm.take(TAG.oid).value);
  const parameters = algorithm.any()?.whole;
  const key = Buffer.from(rest);
  if (unused !== 0) throw new NotDer("a malformed public key");
  switch (kind) {
    case "1.2.840.113549.1.1.1":
      return rsaKey(parameters, key);
    case "1.2.840.10045.2.1":
      return ecKey(parameters, key);
    case "1.3.101.112":
      if (parameters !== undefined || key.length !== 32) throw new NotDer("a malformed Ed25519 key");
      return { kind: "Ed25519" };
    default:
      return { kind: "unsupported", name: Object.hasOwn(UNSUPPORTED, kind) ? (UNSUPPORTED[kind] ?? kind) : kind };
  }
}
