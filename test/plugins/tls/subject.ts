import { element, ia5, oid, parts, sequence, set, text, type Element } from "./der";

const PREFIX = "2.5.4.";
// In the order in which Go's crypto/x509/pkix writes them.
const ATTRIBUTES = [
  ["country", "6"],
  ["organization", "10"],
  ["organizationalUnit", "11"],
  ["locality", "7"],
  ["province", "8"],
  ["streetAddresses", "9"],
  ["postalCode", "17"],
  ["commonName", "3"],
  ["serialNumber", "5"],
] as const;
const EMAIL = "1.2.840.113549.1.9.1";

/** A distinguished name by Pulumi's property names; only street addresses have more than one value. */
export type Subject = Readonly<Record<string, readonly string[]>>;

/** The name in DER: an attribute a set, but all values of one attribute in the same. */
export function encodeSubject(subject: Subject): Buffer {
  const sets = ATTRIBUTES.flatMap(([property, arc]) => {
    const values = subject[property] ?? [];
    return values.length === 0 ? [] : [set(...values.map((value) => sequence(oid(PREFIX + arc), text(value))))];
  });
  const emails = (subject["emailAddress"] ?? []).map((value) => set(sequence(oid(EMAIL), ia5(value))));
  return sequence(...sets, ...emails);
}

/**
 * The name out of DER, as a certificate takes it over from its request: attributes that Go's `pkix.Name` has no field for
 * are lost, the e-mail address among them.
 */
export function decodeSubject(name: Element): Subject {
  const properties = new Map(ATTRIBUTES.map(([property, arc]) => [oid(PREFIX + arc).toString("hex"), property]));
  const subject: Record<string, string[]> = {};
  for (const [type, value] of parts(name).flatMap(parts).map(parts)) {
    const property = type && properties.get(element(type.tag, type.content).toString("hex"));
    if (property !== undefined && value !== undefined) (subject[property] ??= []).push(value.content.toString());
  }
  return subject;
}
