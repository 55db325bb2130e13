import { z } from "zod";
import { seeAnnotation, type SeenAnnotation } from "./ownedAnnotation";

/** Annotation of a Secret that tells whose certificate is in it, and which that is. */
export const CERTIFICATE_ANNOTATION = "cilium-clustermesh/certificate";

/** What is longer is none of ours. */
const LONGEST_CLAIM = 2048;

const claim = z.object({
  owner: z.string().min(1).max(512),
  /** Hash of the certificate that was written: another one is another owner's. */
  written: z.string().max(64),
});

/** What the annotation tells. A copy of the Secret has the certificates as well, so it holds for that too. */
type CertificateClaim = Readonly<z.infer<typeof claim>>;

/** The text of the annotation. */
export const claimOf = ({ owner, written }: CertificateClaim): string => JSON.stringify({ owner, written });

/** Reads the annotation. @param annotation Absent where there is none. */
export const seeCertificateClaim = (annotation: string | undefined, owner: string): SeenAnnotation<CertificateClaim> =>
  seeAnnotation(annotation, owner, { form: claim, longest: LONGEST_CLAIM });
