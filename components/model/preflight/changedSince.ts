import { desiredConfig, FIELD_MANAGER } from "../agentConfig";
import type { LiveCluster } from "../liveCluster";
import type { Member } from "../mesh";
import type { Problem } from "../problem";

/** Clusters whose name or id somebody has changed since they were set. */
export interface ChangedSince {
  /** By cluster, what tells this change from any other. */
  readonly changes: Readonly<Record<string, string>>;
  /** For a person to read. */
  readonly warnings: readonly Problem[];
}

/**
 * Finds members whose `cilium-config` has other values although it bears our field manager's mark: a `helm upgrade` has written its own, or a
 * `destroy` that went no further has given them back. The state knows of neither without a refresh.
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
    const desired = desiredConfig(member);
    const key = Object.keys(desired).find((each) => config?.data[each] !== desired[each]);
    const marked = config?.managedFields.some(
      ({ manager, operation }) => manager === FIELD_MANAGER && operation === "Apply",
    );
    return config === undefined || key === undefined || marked !== true ? [] : [{ member, config, key, desired }];
  });
  return {
    changes: Object.fromEntries(
      changed.map(({ member, config }) => [
        member.name,
        `${configMap} ${config.version ?? JSON.stringify(config.data)}`,
      ]),
    ),
    warnings: changed.map(({ member, config, key, desired }) => ({
      cluster: member.name,
      property: `${configMap} ${key}`,
      value: config.data[key] ?? "",
      reason: `was changed since it was set to ${JSON.stringify(desired[key])}`,
      allowed: "pulumi up sets it again, and restarts agents that run with other values",
    })),
  };
}
