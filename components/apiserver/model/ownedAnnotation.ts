import type { z } from "zod";
import { jsonAs } from "../../basics/model/attempt";

/** What an annotation that one stack has made tells, and whose it is. */
interface Owned {
  readonly owner: string;
}

/** What such an annotation means to one stack. */
export type SeenAnnotation<Claim extends Owned> =
  | { readonly kind: "none" }
  | { readonly kind: "damaged" }
  | { readonly kind: "otherOwner"; readonly owner: string }
  | { readonly kind: "ours"; readonly claim: Claim };

/**
 * Reads an annotation of one owner. Anyone who can write to the cluster can write it.
 *
 * @param annotation Absent where there is none.
 * @param form What it has to be; a text that is longer than `longest` is not even parsed.
 */
export function seeAnnotation<Claim extends Owned>(
  annotation: string | undefined,
  owner: string,
  { form, longest }: { readonly form: z.ZodType<Claim>; readonly longest: number },
): SeenAnnotation<Claim> {
  if (annotation === undefined) return { kind: "none" };
  const found = annotation.length > longest ? undefined : jsonAs(form, annotation);
  if (found === undefined) return { kind: "damaged" };
  return found.owner === owner ? { kind: "ours", claim: found } : { kind: "otherOwner", owner: found.owner };
}
