import type { Finding, Preview } from "./preview";

/** As `missingFacts` says what a preview asks of a live cluster. */
const ASKED = /^([A-Za-z.]{1,40}) is not written down, and no live cluster is asked \(wait\.preflight\);/;

interface Judged {
  readonly outcome: Preview["outcome"];
  readonly findings: readonly Finding[];
}

/** What a cluster would be asked, where an error says only that it was not. */
const askedOf = ({ severity, text }: Finding): string | undefined =>
  severity === "error" ? ASKED.exec(text)?.[1] : undefined;

/** One line for all that a cluster would be asked. */
function notAsked(cluster: string | undefined, lacking: readonly Finding[]): Finding {
  const facts = lacking.flatMap((each) => (each.cluster === cluster ? (askedOf(each) ?? []) : []));
  const text = `${facts.join(", ")}: asked of the cluster, and on paper nobody asks`;
  return { severity: "info", about: "notLookedAt", ...(cluster === undefined ? {} : { cluster }), text };
}

/**
 * What a preview on paper comes to: what is left to live clusters to tell is not looked at, and no error. Without it there are no resources to
 * show; everything else that is wrong is still an error.
 */
export function withoutClusters<T extends Judged>(
  preview: T,
): Omit<T, keyof Judged> & { readonly outcome: Preview["outcome"]; readonly findings: Finding[] } {
  const lacking = preview.findings.filter((each) => askedOf(each) !== undefined);
  const rest = preview.findings.filter((each) => askedOf(each) === undefined);
  const clusters = [...new Set(lacking.map(({ cluster }) => cluster))];
  const isRefused = rest.some(({ severity }) => severity === "error");
  return {
    ...preview,
    findings: [...rest, ...clusters.map((cluster) => notAsked(cluster, lacking))],
    outcome: lacking.length > 0 && !isRefused ? "skipped" : preview.outcome,
  };
}
