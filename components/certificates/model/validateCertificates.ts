import type { Problem } from "../../mesh/model/problem";
import type { MeshSettings } from "../../settings/model/settings";

/** Lifetimes that go together. */
export function validateLifetimes({ authorityDays, leafDays }: MeshSettings["certificates"]): readonly Problem[] {
  return leafDays <= authorityDays
    ? []
    : [
        {
          property: "certificates.leafDays",
          value: leafDays,
          reason: `is longer than the authority's ${String(authorityDays)} days`,
          fix: "no certificate outlives its authority",
        },
      ];
}
