import { desiredConfig, ROLLOUT_ANNOTATION, rolloutChecksum } from "../../cilium/model/agentConfig";
import { MARK_ANNOTATION } from "../../identity/model/mark";
import { FIELD_MANAGER } from "../../kubernetes/model/ownership";
import type { Member } from "../../mesh/model/mesh";
import type { Problem } from "../../mesh/model/problem";
import { otherThanRecorded } from "./identity";
import type { LiveCluster, ReachableCluster } from "./liveCluster";
import { markOf, setBefore } from "./marks";
import type { Found, PreflightPolicy } from "./policy";

/** Clusters in which somebody has changed what was set. */
export interface ChangedSince {
  /** By cluster, what tells this change from any other. */
  readonly changes: Readonly<Record<string, string>>;
  /** For a person to read. */
  readonly warnings: readonly Problem[];
}

interface Change {
  readonly change: string;
  readonly warning: Problem;
}

function otherConfig(member: Member, configMap: string, config: NonNullable<ReachableCluster["config"]>): Change[] {
  const desired = desiredConfig(member);
  const key = Object.keys(desired).find((each) => config.data[each] !== desired[each]);
  if (key === undefined) {
    return [];
  }
  const warning = {
    cluster: member.name,
    property: `${configMap} ${key}`,
    value: config.data[key] ?? "",
    reason: `was changed since it was set to ${JSON.stringify(desired[key])}`,
    allowed: "pulumi up sets it again, and restarts agents that run with other values",
  };
  return [{ change: `${configMap} ${config.version ?? JSON.stringify(config.data)}`, warning }];
}

function otherRollOut(member: Member, { rollOuts }: ReachableCluster): readonly Change[] {
  const checksum = rolloutChecksum(desiredConfig(member));
  return Object.entries(rollOuts).flatMap(([workload, { annotation, generation }]): Change[] => {
    if (annotation === checksum) {
      return [];
    }
    const reason = `is not ${JSON.stringify(checksum)}: its pods were not rolled with this name and id, or somebody has changed it since`;
    const allowed = "pulumi up sets it, which rolls them";
    const property = `${workload} ${ROLLOUT_ANNOTATION}`;
    return [
      {
        change: `${workload} ${String(generation)}`,
        warning: { cluster: member.name, property, value: annotation, reason, allowed },
      },
    ];
  });
}

/** A `cilium-config` whose mark was taken away, edited, or copied with the rest. */
function otherMark(found: Found, policy: PreflightPolicy): readonly Change[] {
  const { member, live } = found;
  const seen = markOf(live, policy.owner);
  if (seen.kind === "ours" || seen.kind === "otherOwner") {
    return [];
  }
  const reasons = { none: "is gone", damaged: "was edited, and cannot be read" };
  const warning = {
    cluster: member.name,
    property: `${policy.names.configMap} annotation ${MARK_ANNOTATION}`,
    reason:
      seen.kind === "otherObject" ? `is of another object (uid ${seen.uid}), and is not used` : reasons[seen.kind],
    allowed: "pulumi up writes it again",
  };
  return [{ change: `mark ${live.config?.version ?? ""}`, warning }];
}

/**
 * Finds members whose `cilium-config` this stack has set, and that have other values all the same, no mark, or agents or an operator that
 * were not rolled with them: a `helm upgrade` has written its own, a person has, or a run that went no further. The state knows of none of it.
 */
export function changedSince(
  members: readonly Member[],
  clusters: ReadonlyMap<string, LiveCluster>,
  policy: PreflightPolicy,
): ChangedSince {
  const changed = members.flatMap((member) => {
    const live = clusters.get(member.name);
    if (live?.kind !== "reachable" || live.config === undefined) {
      return [];
    }
    const found = { member, live };
    const isApplied = live.config.managedFields.some(
      ({ manager, operation }) => manager === FIELD_MANAGER && operation === "Apply",
    );
    const isOther = otherThanRecorded(found, policy).length > 0;
    if (isOther || (!isApplied && setBefore(found, policy) === undefined)) {
      return [];
    }
    const config = otherConfig(member, policy.names.configMap, live.config);
    const all = [...config, ...otherMark(found, policy), ...otherRollOut(member, live)];
    return all.length === 0 ? [] : [{ member, all }];
  });
  return {
    changes: Object.fromEntries(
      changed.map(({ member, all }) => [member.name, all.map(({ change }) => change).join(", ")]),
    ),
    warnings: changed.flatMap(({ all }) => all.map(({ warning }) => warning)),
  };
}
