import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { desiredConfig, type CiliumSettings } from "../cilium/model/agentConfig";
import { contextOf, nodeCommand, type ClusterAccess } from "../command/nodeCommand";
import type { Member } from "../mesh/model/mesh";
import type { PeerSettings } from "../peers/peerSecret";

/** The settings about policies. */
export interface PolicySettings {
  /**
   * Policies that would fail open as clusters join or leave: refuse that, or accept it. For a cluster that leaves it is accepted as one gives up a
   * deletion protection: by an `up` beforehand. @default "refuse"
   */
  readonly openPolicies: "refuse" | "accept";
}

/** The arguments of {@link clusterGuard}. */
export interface ClusterGuardArgs {
  readonly member: Member;
  readonly access: ClusterAccess;
  /** What will be given back, as it was recorded. It stays as it is, and so runs nothing again. */
  readonly originals: pulumi.Output<string>;
  readonly owner: string;
  readonly settings: PolicySettings & Pick<CiliumSettings, "cilium"> & Pick<PeerSettings, "peerSecret">;
}

/**
 * Stands between all guards and all clusters, and does nothing itself: guards depend on it, and it on everything in every cluster. What a
 * resource that is still there depends on is not deleted, so while one guard refuses nothing of any cluster is, with `--continue-on-error` too.
 */
export function agreement(
  name: string,
  members: readonly pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): local.Command {
  return nodeCommand(
    `${name}-agreement`,
    { script: "policyCheck", clusters: {}, input: {} },
    { ...opts, dependsOn: [...members] },
  );
}

/**
 * Stands before the way back of a cluster, and does nothing until then: its deletion refuses while policies would fail open once the cluster's name is gone.
 *
 * It has to come after all that is written to the cluster and after the {@link agreement}, and the check after the guards of all clusters: so
 * all guards have agreed before anything of the mesh is taken apart.
 */
export function clusterGuard(args: ClusterGuardArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const { member, access, originals, owner, settings } = args;
  return nodeCommand(
    `${member.name}-guard`,
    {
      script: "policyCheck",
      delete: "guard",
      clusters: { [member.name]: access },
      input: {
        cluster: { name: member.name, ...contextOf(access) },
        names: settings.cilium,
        desired: desiredConfig(member),
        peerSecret: settings.peerSecret,
        // What is recorded has no secret; it counts as one only because the command got a kubeconfig.
        originals: pulumi.unsecret(originals),
        owner,
        openPolicies: settings.openPolicies,
        ...(member.presence === "gone" ? { gone: true } : {}),
      },
    },
    opts,
  );
}
