import { own } from "../../basics/model/own";
import type { Found } from "./publication";

/** What a run has seen of one live cluster before it registers anything. A new value re-runs a step, though its state shows no difference. */
export interface Observed {
  /** Which cluster and which `cilium-config` it is: for another one the first step looks again before anything is written. */
  readonly seenAs?: string;
  /** Drift of its name and id; absent where there is none. The step that sets them runs again. */
  readonly drift?: string;
  /** Drift of the users of its peers; absent where there is none. The step that gives them one runs again. */
  readonly users?: string;
  /** Drift of its Secrets, the last that was seen: they are written again. */
  readonly reapply?: string;
  /** What it says of itself, for what is not written down; absent where all is. */
  readonly found?: Found;
}

/** What was seen of clusters, by name; nothing of those that were not looked at. */
export type ObservedClusters = Readonly<Record<string, Observed>>;

/** What was seen of one of them. */
export function observedOf(observed: ObservedClusters | undefined, cluster: string): Observed {
  return own(observed ?? {}, cluster) ?? {};
}
