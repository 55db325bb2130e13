import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { recordedPathsOf, type RecordedPaths } from "../nodePaths/model/pathVerdict";
import { recordedBy, rolloutCommand, type ClusterCommandArgs } from "./clusterCommands";

/** Agents that run with their name and id. */
export interface AgentConfiguration {
  /** What was recorded. */
  readonly originalConfig: pulumi.Output<string>;
  /** Done when they do: peers come after it, for a restarted agent that learns of peers late can cut the routes inside its own cluster. */
  readonly rolledOut: pulumi.Resource;
  /** Which paths between the cluster's nodes did not work before. */
  readonly pathsBefore: pulumi.Output<RecordedPaths | undefined>;
}

/**
 * cilium-agent's name and id, and the roll-out that makes agents and operator read them.
 *
 * A Patch resource would remove on destroy what it overwrote, and only the state would have it. So a command is the one
 * writer: name, id, and the annotation that keeps the originals on the cluster, in one server-side apply. The order of the way back is the order
 * of these resources reversed:
 *
 * | up | resource | destroy |
 * |---|---|---|
 * | record the originals | `original-config` | restore again what an interrupted run left, give up the fields, replace the pods of a clustermesh-apiserver that had the name, wait for the roll-out, remove what has name or id from etcd |
 * | set name, id and the originals, roll, wait, restart what that did not reach | `rollout` | wait until the agents know no peer, write the originals back, roll, remove the nodes from etcd, roll |
 *
 * @param originalConfig Done when what will be overwritten is recorded, and nothing speaks against it: no object is written before.
 * @param opts Options of `rollout`, which comes after what has to be there before name and id are.
 */
export function agentConfiguration(
  name: string,
  args: ClusterCommandArgs,
  originalConfig: local.Command,
  opts: pulumi.CustomResourceOptions,
): AgentConfiguration {
  const rolledOut = rolloutCommand(name, args, originalConfig, opts);
  const recorded = recordedBy(originalConfig);
  return {
    originalConfig: recorded,
    rolledOut,
    pathsBefore: recorded.apply(recordedPathsOf),
  };
}
