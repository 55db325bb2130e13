import { ISSUE_RECORD_ANNOTATION } from "../../certificates/model/keyRevisions";
import { KEYS_ANNOTATION, OWNER_ANNOTATION } from "../../kubernetes/model/ownership";
import type { Cluster } from "../../mesh/model/mesh";
import { warning } from "../../mesh/model/diagnostic";
import { otherThanRecorded } from "./identity";
import type { LiveCluster, ExistingObject } from "./liveCluster";
import { setBefore } from "./marks";
import { holdsPeers } from "../../peers/model/peerFile";
import { driftIn, inspected, type Change, type Drift, type InspectedCluster, type PreflightPolicy } from "./policy";

/** Annotations that a Secret of this stack's has to have, and that were removed or are another's by now. */
function lostMarks(object: ExistingObject | undefined, isOfPeers: boolean): readonly string[] {
  const wanted = [OWNER_ANNOTATION, ...(isOfPeers ? [KEYS_ANNOTATION, ISSUE_RECORD_ANNOTATION] : [])];
  return wanted.filter((mark) => object?.marks.includes(mark) === false);
}

function drifted(found: InspectedCluster, name: string, policy: PreflightPolicy, now: Date): readonly Change[] {
  const { cluster, live } = found;
  const object = live.existingObjects.find((each) => each.kind === "Secret" && each.name === name);
  const isOurs = object?.owner === policy.owner || (object?.owner === undefined && object?.isApplied === true);
  if (object !== undefined && !isOurs) return [];
  const lost = lostMarks(object, holdsPeers(name, policy.peerSecret));
  if (object !== undefined && object.drift === undefined && lost.length === 0) return [];
  const { namespace } = policy.cilium;
  const diagnostic = warning({
    cluster: cluster.name,
    property: `Secret ${namespace}/${name}`,
    reason: object === undefined ? "was removed" : (object.drift ?? `has lost ${lost.join(", ")}, or that was changed`),
    fix: "pulumi up writes it again",
  });
  return [[`${name} ${object?.version ?? now.toISOString()}`, diagnostic]];
}

/**
 * Finds Secrets that were edited or deleted since they were written, in clusters that this stack has meshed. What is in them is not read
 * for that: who changes a key becomes its owner.
 *
 * @param secretsOf The Secrets of a cluster, by name.
 */
export function secretDrift(
  members: readonly Cluster[],
  clusters: ReadonlyMap<string, LiveCluster>,
  secretsOf: (cluster: Cluster) => readonly string[],
  policy: PreflightPolicy,
  now: Date,
): Drift {
  return driftIn(inspected(members, clusters), (found) => {
    const isKnown = setBefore(found, policy) !== undefined && otherThanRecorded(found, policy).length === 0;
    return isKnown ? secretsOf(found.cluster).flatMap((name) => drifted(found, name, policy, now)) : [];
  });
}
