import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { CiliumSettings } from "../cilium/model/agentConfig";
import { clusterStep, type ClusterStep } from "../command/clusterStep";
import { contextOf } from "../command/nodeCommand";
import type { Cluster } from "../mesh/model/mesh";

/** What is known of a step for the clustermesh-apiserver of a cluster, of a lost one too. */
export interface ApiserverStepArgs {
  readonly cluster: Pick<Cluster, "name">;
  /** Whose the cluster is. */
  readonly owner: string;
  readonly settings: Pick<CiliumSettings, "cilium">;
}

/** The command of such a step; `input` is added to what all of them share. */
export function apiserverStep(
  name: string,
  { cluster, owner, settings }: ApiserverStepArgs,
  { input, ...step }: Omit<ClusterStep, "cluster" | "script">,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const context = step.access === "lost" ? {} : contextOf(step.access);
  const shared = { cluster: { name: cluster.name, ...context }, cilium: settings.cilium, owner };
  return clusterStep(
    name,
    { ...step, script: "apiserver", cluster: cluster.name, input: { ...shared, ...input } },
    opts,
  );
}
