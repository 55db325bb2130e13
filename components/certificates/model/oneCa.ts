import { attempt } from "../../basics/model/attempt";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import type { AdoptedCA } from "../../settings/model/ca";
import { caFingerprint } from "./adoptedCa";
import type { CaPlace } from "./validateCa";

/** A CA with its key, and where it was read. */
export interface ReadCa {
  readonly at: Required<CaPlace>;
  readonly ca: AdoptedCA;
}

const known = ({ ca }: ReadCa): string | undefined => attempt(() => caFingerprint(ca));

/** Clusters that had one CA with the first, and have another by now: their etcds would refuse what the first one's signs. */
export function differingCas(first: ReadCa, others: readonly ReadCa[]): readonly Diagnostic[] {
  const ofFirst = known(first);
  return others
    .filter((each) => known(each) !== ofFirst)
    .map(({ at }) =>
      error({
        ...at,
        reason: `is not the CA of cluster ${JSON.stringify(first.at.cluster)} any more, as which it was known`,
        fix: "run this again; with wait.preflight: false, run it once with live checks",
      }),
    );
}
