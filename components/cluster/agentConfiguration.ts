import type { local } from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { desiredConfig } from "../cilium/model/agentConfig";
import { MARK_ANNOTATION, markText } from "../identity/model/mark";
import { recordedOf } from "../identity/model/recorded";
import { lastAppliedTime } from "../kubernetes/model/lastAppliedTime";
import { FIELD_MANAGER } from "../kubernetes/model/ownership";
import { patching, RETAINED } from "../kubernetes/ownership";
import { recordedPathsOf, type RecordedPaths } from "../nodePaths/model/pathVerdict";
import { originalConfigCommand, rolloutCommand, type ClusterCommandArgs } from "./clusterCommands";

/** Agents that run with their name and id. */
export interface AgentConfiguration {
  /** Done when what will be overwritten is recorded, and nothing speaks against it: no object is written before. */
  readonly identityChecked: local.Command;
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
 * A Patch resource removes on destroy what it overwrote. So the originals are recorded before, in the state and in the cluster itself, Pulumi
 * only forgets the Patch, and the order of the way back is the order of these resources reversed:
 *
 * | up | resource | destroy |
 * |---|---|---|
 * | record the originals | `originals` | restore again what an interrupted run left, give up the fields, wait for the roll-out, remove what has name or id from etcd |
 * | set name, id and the mark | `config` | |
 * | set again what was given back, roll, wait, restart what that did not reach | `settled` | wait until the agents know no peer, write the originals back, roll, remove the nodes from etcd, roll |
 */
export function agentConfiguration(args: ClusterCommandArgs, opts: pulumi.CustomResourceOptions): AgentConfiguration {
  const { cluster, settings } = args;
  const { cilium } = settings;

  const originalConfig = originalConfigCommand(args, opts);
  const config = new k8s.core.v1.ConfigMapPatch(
    `${cluster.name}-config`,
    {
      metadata: {
        name: cilium.configMap,
        namespace: cilium.namespace,
        annotations: {
          ...patching(),
          // What is recorded has no secret; it counts as one only because the command got a kubeconfig.
          [MARK_ANNOTATION]: pulumi
            .unsecret(originalConfig.stdout)
            .apply((printed) => markText(recordedOf(printed, cluster.name), args.owner)),
        },
      },
      data: desiredConfig(cluster),
    },
    { ...opts, ...RETAINED, dependsOn: originalConfig },
  );

  const written = config.metadata.apply(({ managedFields }) => lastAppliedTime(managedFields, FIELD_MANAGER));
  const rolledOut = rolloutCommand(args, originalConfig, { ...opts, dependsOn: config }, written);
  // What is recorded has no secret; it counts as one only because the command got a kubeconfig.
  const pathsBefore = pulumi.unsecret(originalConfig.stdout).apply(recordedPathsOf);
  return { identityChecked: originalConfig, originalConfig: originalConfig.stdout, rolledOut, pathsBefore };
}
