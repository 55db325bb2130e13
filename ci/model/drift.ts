import { byteLength } from "../../components/basics/model/bounded";
import { COMMENT_LIMIT, missing, sections } from "./comment";
import type { Preview } from "./preview";

/** The first line of the issue, by which the next run finds it again. Nobody sees it. */
export const DRIFT_MARKER = "<!-- clustermesh-drift -->";

export const DRIFT_TITLE = "Drift: clusters are not what the last pulumi up has made of them";

/** What looking for drift came to. */
export type Drift =
  /** No stack could be looked at: nothing is known. */
  | { readonly kind: "unseen" }
  | { readonly kind: "none" }
  /** What an issue says of it. Stacks that failed are in it: nobody knows of them. */
  | { readonly kind: "some"; readonly body: string };

const hasDrift = ({ outcome, steps, stepsLeft }: Preview): boolean =>
  outcome === "failed" || (outcome === "succeeded" && steps.length + stepsLeft > 0);

/**
 * Sums up previews for drift, of all stacks.
 *
 * @param stacks All stacks; one that has left no preview counts as failed.
 */
export function driftOf(stacks: readonly string[], previews: readonly Preview[]): Drift {
  const all = stacks.map((stack) => previews.find((each) => each.stack === stack) ?? missing(stack));
  if (all.every(({ outcome }) => outcome === "skipped")) return { kind: "unseen" };
  const drifted = all.filter(hasDrift);
  if (drifted.length === 0) return { kind: "none" };
  const begin = [
    DRIFT_MARKER,
    "`pulumi up` sets right what is listed here. This issue is written again by each look, and closed by the first one that finds nothing.",
    "",
  ].join("\n");
  return { kind: "some", body: [begin, ...sections(drifted, COMMENT_LIMIT - byteLength(begin) - 1)].join("\n") };
}
