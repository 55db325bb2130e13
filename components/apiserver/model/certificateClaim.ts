import { z } from "zod";
import { jsonAs } from "../../basics/model/attempt";

/** Annotation of a Secret that tells whose certificate is in it, and which that is. */
export const CERTIFICATE_ANNOTATION = "cilium-clustermesh/certificate";

/** Anyone who can write to the cluster can write an annotation: what is longer is none of ours. */
const LONGEST_CLAIM = 2048;

const claim = z.object({
  owner: z.string().min(1).max(512),
  /** Hash of the certificate that was written: another one is somebody else's. */
  written: z.string().max(64),
});

/** What the annotation tells. A copy of the Secret has the certificates as well, so it holds for that too. */
export type CertificateClaim = Readonly<z.infer<typeof claim>>;

/** What an annotation means to one stack. */
export type SeenCertificateClaim =
  | { readonly kind: "none" }
  | { readonly kind: "damaged" }
  | { readonly kind: "otherOwner"; readonly owner: string }
  | { readonly kind: "ours"; readonly claim: CertificateClaim };

/** The text of the annotation. */
export const claimOf = ({ owner, written }: CertificateClaim): string => JSON.stringify({ owner, written });

/** Reads the annotation. @param annotation Absent where there is none. */
export function seeCertificateClaim(annotation: string | undefined, owner: string): SeenCertificateClaim {
  if (annotation === undefined) return { kind: "none" };
  const found = annotation.length > LONGEST_CLAIM ? undefined : jsonAs(claim, annotation);
  if (found === undefined) return { kind: "damaged" };
  return found.owner === owner ? { kind: "ours", claim: found } : { kind: "otherOwner", owner: found.owner };
}
