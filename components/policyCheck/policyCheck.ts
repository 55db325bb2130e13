import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { desiredConfig } from "../cilium/model/agentConfig";
import { contextOf, nodeCommand, type ClusterAccess } from "../command/nodeCommand";
import type { Cluster } from "../mesh/model/mesh";
import type { MeshSettings } from "../settings/model/settings";
import type { MeshRanges } from "./model/meshChange";
import { rangesText } from "./model/rangesText";

/** The settings about policies. */
export type PolicySettings = Pick<MeshSettings, "cilium" | "peerSecret" | "allow">;

/** The arguments of {@link policyCheck}. */
export interface PolicyCheckArgs {
  readonly cluster: Omit<Cluster, "etcd">;
  readonly access: ClusterAccess;
  /** What will be restored, as it was recorded. It never changes, and so re-runs nothing. */
  readonly originalConfig: pulumi.Output<string>;
  readonly owner: string;
  readonly settings: PolicySettings;
  /** Those of all clusters of the mesh: its peers are a part of the outside world once it has left. */
  readonly ranges: MeshRanges;
}

/**
 * Orders all policy checks before all clusters on destroy, and does nothing itself: the checks depend on it, and it on everything in every cluster.
 * Pulumi does not delete what a remaining resource depends on. So while one check fails nothing of any cluster is deleted, with
 * `--continue-on-error` too.
 */
export function agreement(
  name: string,
  clusters: readonly pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): local.Command {
  return nodeCommand(
    `${name}-agreement`,
    { script: "policyCheck", clusters: {}, input: {} },
    { ...opts, dependsOn: [...clusters] },
  );
}

/**
 * Runs only on delete: fails while a policy would start to allow more traffic once the cluster has no longer its name.
 *
 * It depends on all that is written to the cluster and on the {@link agreement}, and the mesh check depends on the policy checks of all
 * clusters. So all of them have passed before anything of the mesh is deleted.
 */
export function policyCheck(name: string, args: PolicyCheckArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const { cluster, access, originalConfig, owner, settings, ranges } = args;
  return nodeCommand(
    `${name}-policy-check`,
    {
      script: "policyCheck",
      delete: "check",
      clusters: { [cluster.name]: access },
      input: {
        cluster: { name: cluster.name, ...contextOf(access) },
        cilium: settings.cilium,
        desiredConfig: desiredConfig(cluster),
        peerSecret: settings.peerSecret,
        originalConfig,
        owner,
        openPolicies: settings.allow.includes("openPolicies"),
        ...(cluster.lost === true ? { lost: true } : {}),
      },
      largeInput: { ranges: rangesText(ranges) },
    },
    opts,
  );
}
