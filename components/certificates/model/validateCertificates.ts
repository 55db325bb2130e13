import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import type { MeshSettings } from "../../settings/model/settings";

/** Lifetimes that go together. */
export function validateLifetimes({ authorityDays, leafDays }: MeshSettings["certificates"]): readonly Diagnostic[] {
  const reason = `is longer than the authority's ${authorityDays} days`;
  const fix = "no certificate outlives its authority";
  const problem = error({ property: "certificates.leafDays", value: leafDays, reason, fix });
  return leafDays <= authorityDays ? [] : [problem];
}
