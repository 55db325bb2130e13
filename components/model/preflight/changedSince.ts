import { desiredConfig, FIELD_MANAGER, ROLLOUT_ANNOTATION, rolloutChecksum } from "../agentConfig";
import type { LiveCluster, ReachableCluster } from "../liveCluster";
import type { Member } from "../mesh";
import type { Problem } from "../problem";

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

/**
 * Finds members whose `cilium-config` bears our field manager's mark, and that have other values all the same, or agents or an operator that
 * were not rolled with them: a `helm upgrade` has written its own, a person has, or a run that went no further. The state knows of none of it.
 *
 * @param configMap Name of `cilium-config`.
 */
export function changedSince(
  members: readonly Member[],
  live: ReadonlyMap<string, LiveCluster>,
  configMap: string,
): ChangedSince {
  const changed = members.flatMap((member) => {
    const cluster = live.get(member.name);
    const config = cluster?.kind === "reachable" ? cluster.config : undefined;
    const isMarked = config?.managedFields.some(
      ({ manager, operation }) => manager === FIELD_MANAGER && operation === "Apply",
    );
    if (cluster?.kind !== "reachable" || config === undefined || isMarked !== true) {
      return [];
    }
    const all = [...otherConfig(member, configMap, config), ...otherRollOut(member, cluster)];
    return all.length === 0 ? [] : [{ member, all }];
  });
  return {
    changes: Object.fromEntries(
      changed.map(({ member, all }) => [member.name, all.map(({ change }) => change).join(", ")]),
    ),
    warnings: changed.flatMap(({ all }) => all.map(({ warning }) => warning)),
  };
}
