import { parseRecord, type KeyRevisions } from "../../certificates/model/keyRevisions";
import type { Diagnostic } from "../../mesh/model/diagnostic";
import { liveEndings, peersSecret, type CertificateExpectation } from "./liveCertificates";
import type { LiveCluster } from "./liveCluster";
import { plannedSteps, unknownKeyRevisions, unsafeSteps, type Recorded, type Wanted } from "./rotation";

/** What a run is about to issue, and how what is live is to be judged. */
export interface RotationPolicy extends CertificateExpectation {
  readonly wanted: Wanted;
  readonly keyRevisions: KeyRevisions;
}

/** Judges what the clusters have by what a run is about to issue: the order of a rotation, renewals, and ends that come near. */
export function judgeRotation(
  clusters: readonly string[],
  live: ReadonlyMap<string, LiveCluster>,
  policy: RotationPolicy,
  now: Date,
): readonly Diagnostic[] {
  const recorded = clusters.flatMap((cluster): Recorded[] => {
    const secret = peersSecret(live.get(cluster), policy.peerSecret);
    return secret === undefined
      ? []
      : [{ cluster, record: parseRecord(secret.issueRecord), files: Object.keys(secret.certificates) }];
  });
  return [
    ...unsafeSteps(recorded, policy.wanted),
    ...unknownKeyRevisions(recorded, policy.keyRevisions),
    ...plannedSteps(recorded, policy.wanted),
    ...liveEndings(clusters, live, policy, now),
  ];
}
