import type { KeyRevisions } from "../../certificates/model/keyRevisions";
import { parseRecord } from "../../certificates/model/keyRevisions";
import type { Problem } from "../../mesh/model/problem";
import { liveEndings, liveSecret, type CertificateExpectation } from "./liveCertificates";
import type { LiveCluster } from "./liveCluster";
import { plannedSteps, unknownKeyRevisions, unsafeSteps, type Recorded, type Wanted } from "./rotation";

/** What a run is about to issue, and how what is live is to be judged. */
export interface RotationPolicy extends CertificateExpectation {
  readonly wanted: Wanted;
  readonly keyRevisions: KeyRevisions;
}

/** What there is to say of certificates and CAs before a run. */
export interface RotationFindings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** What this run does by itself, and a preview would show as a replacement only. */
  readonly notes: readonly Problem[];
}

/** Judges what the clusters have by what a run is about to issue: the order of a rotation, renewals, and ends that come near. */
export function judgeRotation(
  clusters: readonly string[],
  live: ReadonlyMap<string, LiveCluster>,
  policy: RotationPolicy,
  now: Date,
): RotationFindings {
  const recorded = clusters.flatMap((cluster): Recorded[] => {
    const secret = liveSecret(live.get(cluster), policy.peerSecret);
    return secret === undefined
      ? []
      : [{ cluster, record: parseRecord(secret.issueRecord), files: Object.keys(secret.certificates) }];
  });
  const steps = plannedSteps(recorded, policy.wanted);
  const endings = liveEndings(clusters, live, policy, now);
  const of = (kind: "note" | "warning") => endings.filter((each) => each.kind === kind).map(({ problem }) => problem);
  return {
    problems: [...unsafeSteps(recorded, policy.wanted), ...unknownKeyRevisions(recorded, policy.keyRevisions)],
    warnings: [...steps.warnings, ...of("warning")],
    notes: [...steps.notes, ...of("note")],
  };
}
