import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { desiredConfig, type CiliumSettings } from "../cilium/model/agentConfig";
import { contextOf, nodeCommand, type ClusterAccess } from "../command/nodeCommand";
import type { Cluster } from "../mesh/model/mesh";
import type { PeerSettings } from "../peers/peerSecret";

/** The settings about policies. */
export interface PolicySettings {
  /**
   * Policies that would fail open as clusters join or leave: refuse that, or accept it. For a cluster that leaves it is accepted as one gives up a
   * deletion protection: by an `up` beforehand. @default "refuse"
   */
  readonly openPolicies: "refuse" | "accept";
}

/** The arguments of {@link policyCheck}. */
export interface PolicyCheckArgs {
  readonly cluster: Cluster;
  readonly access: ClusterAccess;
  /** What will be given back, as it was recorded. It stays as it is, and so runs nothing again. */
  readonly originalConfig: pulumi.Output<string>;
  readonly owner: string;
  readonly settings: PolicySettings & Pick<CiliumSettings, "cilium"> & Pick<PeerSettings, "peerSecret">;
}

/**
 * Stands between all guards and all clusters, and does nothing itself: guards depend on it, and it on everything in every cluster. What a
 * resource that is still there depends on is not deleted, so while one guard refuses nothing of any cluster is, with `--continue-on-error` too.
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
 * Stands before the way back of a cluster, and does nothing until then: its deletion refuses while policies would fail open once the cluster's name is gone.
 *
 * It has to come after all that is written to the cluster and after the {@link agreement}, and the check after the guards of all clusters: so
 * all guards have agreed before anything of the mesh is taken apart.
 */
export function policyCheck(args: PolicyCheckArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const { cluster, access, originalConfig, owner, settings } = args;
  return nodeCommand(
    `${cluster.name}-guard`,
    {
      script: "policyCheck",
      delete: "guard",
      clusters: { [cluster.name]: access },
      input: {
        cluster: { name: cluster.name, ...contextOf(access) },
        names: settings.cilium,
        desired: desiredConfig(cluster),
        peerSecret: settings.peerSecret,
        // What is recorded has no secret; it counts as one only because the command got a kubeconfig.
        originals: pulumi.unsecret(originalConfig),
        owner,
        openPolicies: settings.openPolicies,
        ...(cluster.presence === "gone" ? { gone: true } : {}),
      },
    },
    opts,
  );
}
