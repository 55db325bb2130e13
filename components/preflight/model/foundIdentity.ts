import { desiredConfig } from "../../cilium/model/agentConfig";
import type { OriginalConfig } from "../../identity/model/originalConfig";
import type { Identity } from "../../mesh/model/publication";
import { identityIn } from "./identity";
import type { ReachableCluster } from "./liveCluster";
import { markOf } from "./marks";
import type { PreflightPolicy } from "./policy";

/** What it is judged by beside the live cluster. */
export type IdentityPolicy = Pick<PreflightPolicy, "owner" | "allow" | "recorded">;

interface Named {
  readonly name: string;
  readonly id: number;
}

/** Whether a cluster is in no mesh as it was installed. */
export function isUnmeshed({ config }: ReachableCluster): boolean {
  return config !== undefined && ["0", ""].includes(identityIn(config.data).id);
}

function hadOthers(originals: OriginalConfig, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).some(([key, value]) => {
    const original = originals[key];
    return original?.kind !== "value" || original.value !== value;
  });
}

/**
 * How the agents of a cluster that publishes through its clustermesh-apiserver get name and id. What was once decided stays as long as it is in the
 * mesh: the mark on its `cilium-config` tells, and the state where others have taken that away.
 */
export function foundIdentity(cluster: Named, live: ReachableCluster, policy: IdentityPolicy): Identity {
  const recorded = policy.recorded[cluster.name];
  if (recorded?.uid === live.uid && recorded.identity !== undefined) return recorded.identity;
  const mark = markOf(live, policy.owner);
  const isSet =
    mark.kind === "ours"
      ? hadOthers(mark.mark.originals, desiredConfig(cluster))
      : isUnmeshed(live) && policy.allow.includes("overwriteConflicts");
  return isSet ? "set" : "asInstalled";
}
