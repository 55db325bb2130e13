import { context, Fields, NotDer, oid, only, smallNumber, TAG } from "./der";

/** What a certificate is signed with: what Go verifies, what it refuses as weak, and what it has no algorithm for. */
export type Signature = "good" | "SHA-1" | "MD5" | "unknown";

const KNOWN: Readonly<Record<string, Signature>> = {
  "1.2.840.113549.1.1.4": "MD5",
  "1.2.840.113549.1.1.5": "SHA-1",
  "1.3.14.3.2.29": "SHA-1",
  "1.2.840.10045.4.1": "SHA-1",
  "1.2.840.113549.1.1.11": "good",
  "1.2.840.113549.1.1.12": "good",
  "1.2.840.113549.1.1.13": "good",
  "1.2.840.10045.4.3.2": "good",
  "1.2.840.10045.4.3.3": "good",
  "1.2.840.10045.4.3.4": "good",
  "1.3.101.112": "good",
};

const RSA_PSS = "1.2.840.113549.1.1.10";
const MGF1 = "1.2.840.113549.1.1.8";
/** Hashes that Go takes in RSA-PSS, with the only length of salt that it takes. */
const SALTS: Readonly<Record<string, number>> = {
  "2.16.840.1.101.3.4.2.1": 32,
  "2.16.840.1.101.3.4.2.2": 48,
  "2.16.840.1.101.3.4.2.3": 64,
};

function identifier(der: Buffer | undefined): { readonly id: string; readonly parameters: Buffer } {
  const fields = new Fields(only(der ?? Buffer.alloc(0), TAG.sequence).value);
  return { id: oid(fields.take(TAG.oid).value), parameters: fields.any()?.whole ?? Buffer.alloc(0) };
}

/** RSA-PSS with hash, mask and salt of one kind. */
function pss(parameters: Buffer): Signature {
  const fields = new Fields(only(parameters, TAG.sequence).value);
  const [hash, mask, salt] = [0, 1, 2].map((n) => fields.optional(context(n, true))?.value);
  const [digest, masked] = [identifier(hash), identifier(mask)];
  const length = smallNumber(only(salt ?? Buffer.alloc(0), TAG.integer).value);
  const fits = masked.id === MGF1 && identifier(masked.parameters).id === digest.id;
  return fits && Object.hasOwn(SALTS, digest.id) && SALTS[digest.id] === length ? "good" : "unknown";
}

/** Reads an `AlgorithmIdentifier` without its outer tag. */
export function signatureOf(algorithm: Buffer): Signature {
  const fields = new Fields(algorithm);
  const id = oid(fields.take(TAG.oid).value);
  const parameters = fields.any()?.whole;
  if (id !== RSA_PSS) return Object.hasOwn(KNOWN, id) ? (KNOWN[id] ?? "unknown") : "unknown";
  try {
    return parameters === undefined ? "unknown" : pss(parameters);
  } catch (error) {
    if (error instanceof NotDer) return "unknown";
    throw error;
  }
}
