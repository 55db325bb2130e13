import type { GenerationSettings } from "../../certificates/model/generation";
import { parseRecord } from "../../certificates/model/generation";
import type { Problem } from "../../mesh/model/problem";
import { liveEndings, liveSecret, type CertificateExpectation } from "./liveCertificates";
import type { LiveCluster } from "./liveCluster";
import { plannedSteps, unknownGenerations, unsafeSteps, type Recorded, type Wanted } from "./rotation";

/** What a run is about to issue, and how what is live is to be judged. */
export interface RotationPolicy extends CertificateExpectation {
  readonly wanted: Wanted;
  readonly generation: GenerationSettings;
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
  members: readonly string[],
  live: ReadonlyMap<string, LiveCluster>,
  policy: RotationPolicy,
  now: Date,
): RotationFindings {
  const recorded = members.flatMap((cluster): Recorded[] => {
    const secret = liveSecret(live.get(cluster), policy.peerSecret);
    return secret === undefined
      ? []
      : [{ cluster, record: parseRecord(secret.generation), files: Object.keys(secret.certificates) }];
  });
  const steps = plannedSteps(recorded, policy.wanted);
  const endings = liveEndings(members, live, policy, now);
  const of = (kind: "note" | "warning") => endings.filter((each) => each.kind === kind).map(({ problem }) => problem);
  return {
    problems: [...unsafeSteps(recorded, policy.wanted), ...unknownGenerations(recorded, policy.generation)],
    warnings: [...steps.warnings, ...of("warning")],
    notes: [...steps.notes, ...of("note")],
  };
}
