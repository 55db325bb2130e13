import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import type { MeshSettings } from "../../settings/model/settings";

/** Lifetimes that go together. */
export function validateLifetimes({ authorityDays, leafDays }: MeshSettings["certificates"]): readonly Diagnostic[] {
  return leafDays <= authorityDays
    ? []
    : [
        error({
          property: "certificates.leafDays",
          value: leafDays,
          reason: `is longer than the authority's ${String(authorityDays)} days`,
          fix: "no certificate outlives its authority",
        }),
      ];
}
