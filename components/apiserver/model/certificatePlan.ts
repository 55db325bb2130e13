import { own, present } from "../../basics/model/own";
import { shortHash } from "../../basics/model/shortHash";
import { writerOf, type FieldOwner, type ManagedFieldsEntry } from "../../kubernetes/model/managedFields";
import type { Finding } from "../../mesh/model/diagnostic";
import { CERTIFICATE_ANNOTATION, claimOf, seeCertificateClaim } from "./certificateClaim";

/** A Secret with a certificate, as it is now. Its data is base64. */
export interface LiveCertificate {
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  readonly managedFields: readonly ManagedFieldsEntry[];
}

/** A certificate with its key, both PEM. */
export interface Leaf {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The certificate that was last written, by its hash, as the state keeps it. */
export interface WrittenCertificate {
  readonly written: string;
}

/** What a write has come to: ours is there; what was there before is back; ours is left, or another one, and our mark is gone. */
export type Outcome = "written" | "restored" | "unknown" | "others";

/** The next write to a Secret; what is to be done after it shows when that is looked at again. */
export type CertificateStep =
  | { readonly kind: "done" }
  /** `null` removes a key. */
  | {
      readonly kind: "write";
      readonly data: Readonly<Record<string, string | null>>;
      readonly annotation: string | null;
      /** In whose name. */
      readonly owner: FieldOwner;
      readonly outcome: Outcome;
    }
  /** It is not ours to touch. */
  | { readonly kind: "leave"; readonly why: string }
  | { readonly kind: "refused"; readonly finding: Omit<Finding, "cluster"> };

const FILES = ["tls.crt", "tls.key"] as const;
const [CERTIFICATE] = FILES;
const original = (file: string): string => `original.${file}`;

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A certificate by what can be shown of it. @param encoded In base64; absent where there is none. */
export const certificateHash = (encoded: string | undefined): string => shortHash(encoded ?? "");

const isAlready = ({ data }: LiveCertificate, wanted: Readonly<Record<string, string | null>>): boolean =>
  Object.entries(wanted).every(([key, value]) => (own(data, key) ?? null) === value);

function refused(value: string | undefined, reason: string, fix: string): CertificateStep {
  const property = `annotation ${CERTIFICATE_ANNOTATION}`;
  return { kind: "refused", finding: present({ property, value, reason, fix }) };
}

/** What is removed with ours: what was there before, and our mark. */
const WITHOUT_OURS = Object.fromEntries(FILES.map((file) => [original(file), null]));

/**
 * What is to be written next so that a Secret of Helm's has a certificate of ours, in one write with what was there before: so no moment is in which
 * that is nowhere. It is written in the name of its owner, whose next apply would be refused otherwise.
 */
export function planWrite(live: LiveCertificate, leaf: Leaf, owner: string): CertificateStep {
  const annotation = own(live.annotations, CERTIFICATE_ANNOTATION);
  const seen = seeCertificateClaim(annotation, owner);
  if (seen.kind === "otherOwner") {
    const fix = "let that stack give the cluster back (pulumi destroy, or remove it there) and then run this again";
    return refused(seen.owner, "is the mark of another stack, whose certificate is in it", fix);
  }
  if (seen.kind === "damaged") {
    const fix =
      "write back what was there; where that is lost, have Helm sign new certificates (helm upgrade --reuse-values), and remove the annotation";
    return refused(undefined, "cannot be read: it was edited, and which certificate is this stack's is in it", fix);
  }
  const ours = { [CERTIFICATE]: base64(leaf.certificate), "tls.key": base64(leaf.privateKey) };
  const there = own(live.data, CERTIFICATE);
  const isOurs = there === ours[CERTIFICATE] || (seen.kind === "ours" && seen.claim.written === certificateHash(there));
  const before = FILES.map((file) => [original(file), own(live.data, isOurs ? original(file) : file) ?? null] as const);
  const data = { ...ours, ...Object.fromEntries(before) };
  const claim = claimOf({ owner, written: certificateHash(ours[CERTIFICATE]) });
  if (isAlready(live, data) && annotation === claim) return { kind: "done" };
  const writer = writerOf(live.managedFields, CERTIFICATE);
  return { kind: "write", data, annotation: claim, owner: writer, outcome: "written" };
}

/**
 * What is to be written next so that a Secret has what it had before, and nothing of ours. Another certificate was made since, by a helm upgrade,
 * say: it stays.
 *
 * @param live Absent where there is none.
 * @param last What was last written; absent where that is not known.
 */
export function planRestore(
  live: LiveCertificate | undefined,
  owner: string,
  last: WrittenCertificate | undefined,
): CertificateStep {
  if (live === undefined) return { kind: "done" };
  const annotation = own(live.annotations, CERTIFICATE_ANNOTATION);
  const seen = seeCertificateClaim(annotation, owner);
  if (seen.kind === "otherOwner") {
    return { kind: "leave", why: `it belongs to stack ${JSON.stringify(seen.owner)} by now` };
  }
  const written = seen.kind === "ours" ? seen.claim.written : last?.written;
  const isOurs = written !== undefined && written === certificateHash(own(live.data, CERTIFICATE));
  if (seen.kind === "damaged" && !isOurs) {
    return { kind: "leave", why: `its annotation ${CERTIFICATE_ANNOTATION} cannot be read` };
  }
  if (seen.kind === "none" && !isOurs) return { kind: "done" };
  const before = FILES.flatMap((file) => {
    const value = own(live.data, original(file));
    return value === undefined ? [] : [[file, value] as const];
  });
  if (isOurs && before.length === FILES.length) {
    const data = { ...Object.fromEntries(before), ...WITHOUT_OURS };
    const writer = writerOf(live.managedFields, CERTIFICATE);
    return { kind: "write", data, annotation: null, owner: writer, outcome: "restored" };
  }
  const hasMarks = annotation !== undefined || !isAlready(live, WITHOUT_OURS);
  return hasMarks ? { ...UNMARK, outcome: isOurs ? "unknown" : "others" } : { kind: "done" };
}

/** Our part is taken out, though another manager be said to have it. */
const UNMARK = {
  kind: "write",
  data: WITHOUT_OURS,
  annotation: null,
  owner: writerOf([], CERTIFICATE),
} as const;
