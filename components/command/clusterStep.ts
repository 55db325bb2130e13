import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { nodeCommand, type ClusterAccess, type NodeCommandArgs } from "./nodeCommand";

/** A step on one cluster that its deletion takes back. */
export interface ClusterStep extends Pick<NodeCommandArgs, "script" | "secrets" | "occasion"> {
  readonly cluster: string;
  /** How the cluster is reached; a lost one is not, and no verb may contact it. */
  readonly access: ClusterAccess | "lost";
  /** The verb that does it, and does it again where something has changed. */
  readonly write: string;
  /** The verb that takes it back. */
  readonly takeBack: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * The command of such a step. Where it has to be replaced it is deleted before: its deletion would take back what its successor has written. That
 * of a lost cluster stays in the state, with `lost` in its input, so that it can be deleted.
 */
export function clusterStep(
  name: string,
  { cluster, access, write, takeBack, input, ...step }: ClusterStep,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const reached =
    access === "lost" ? { clusters: {}, input: { ...input, lost: true } } : { clusters: { [cluster]: access }, input };
  const verbs = { create: write, update: write, delete: takeBack };
  return nodeCommand(name, { ...step, ...verbs, ...reached }, { ...opts, deleteBeforeReplace: true });
}
