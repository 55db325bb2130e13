import { warning, type Diagnostic } from "../../mesh/model/diagnostic";

/** What would fail open, where that is accepted. */
export function accepted(diagnostic: Diagnostic): Diagnostic {
  return warning({ ...diagnostic, reason: `${diagnostic.reason} (accepted by openPolicies)` });
}
