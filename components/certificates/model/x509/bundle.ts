import { attempt } from "../../../basics/model/attempt";
import { readCertificate, type Certificate } from "./certificate";
import { chainFrom } from "./chain";
import { LONGEST_PEM, readPem } from "./pem";

/** More than any chain has, and few enough to be verified at once. */
const MOST_CERTIFICATES = 20;

/** The certificates of a PEM text; what cannot be read, and what is beyond what a program has, is left out. */
export function certificatesIn(pem: string): readonly Certificate[] {
  const { blocks } = readPem(pem.length > LONGEST_PEM ? "" : pem);
  return blocks.slice(0, MOST_CERTIFICATES).flatMap(({ der }) => attempt(() => readCertificate(der)) ?? []);
}

/** Whether a certificate is one of a key's: a renewed CA has a new certificate of the same key. */
const hasKeyOf = (a: Certificate, b: Certificate): boolean =>
  attempt(() => a.x509.publicKey.equals(b.x509.publicKey)) === true;

/** Which of some certificates have the key of one of others. */
export const sharedKeys = (some: readonly Certificate[], others: readonly Certificate[]): readonly Certificate[] =>
  some.filter((each) => others.some((other) => hasKeyOf(each, other)));

/**
 * The CA by which a certificate is verified.
 *
 * @param shown As a program shows it: those that come behind the first are between it and the CA.
 * @param trusted By which it is verified. @returns The first on the way up that has the key of one of these; `undefined` where there is none.
 */
export function verifiedBy(shown: readonly Certificate[], trusted: readonly Certificate[]): Certificate | undefined {
  const [leaf, ...more] = shown;
  if (leaf === undefined) return undefined;
  return sharedKeys(chainFrom(leaf, [...more, ...trusted]).certificates, trusted)[0];
}
