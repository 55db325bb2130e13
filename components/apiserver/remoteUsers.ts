import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { CiliumSettings } from "../cilium/model/agentConfig";
import { contextOf, nodeCommand, type ClusterAccess, type NodeCommandArgs } from "../command/nodeCommand";
import type { Cluster } from "../mesh/model/mesh";

/** What is known of the users of a lost cluster. */
export interface LostRemoteUsersArgs {
  readonly cluster: Pick<Cluster, "name">;
  /** Whose the cluster is. */
  readonly owner: string;
  readonly settings: Pick<CiliumSettings, "cilium">;
}

/** The arguments of {@link remoteUsers}. */
export interface RemoteUsersArgs extends LostRemoteUsersArgs {
  /** The users that its peers log in as, but for the one that it makes by itself. */
  readonly users: pulumi.Input<readonly string[]>;
  readonly access: ClusterAccess;
  /** Which cluster it was when it joined: no other one is written to. */
  readonly uid: pulumi.Input<string | undefined>;
  /** What the preflight has seen to be otherwise than it was left. */
  readonly drift?: string | undefined;
}

/**
 * A user for each peer in the ConfigMap from which a cluster's clustermesh-apiserver takes them. Until the ConfigMap is there, its pods do not
 * start; a change is taken up as they run.
 */
export function remoteUsers(name: string, args: RemoteUsersArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const { cluster, users, access, uid, drift } = args;
  const input = { users, clusterUid: uid };
  return usersCommand(
    name,
    args,
    access,
    input,
    { clusters: { [cluster.name]: access }, occasion: { seen: drift } },
    opts,
  );
}

/** The same for a lost cluster: the command stays in the state with an input by which it contacts nothing, so that it can be deleted. */
export function lostRemoteUsers(name: string, args: LostRemoteUsersArgs, opts: pulumi.CustomResourceOptions): void {
  usersCommand(name, args, undefined, { users: [], lost: true }, { clusters: {} }, opts);
}

/**
 * 511 names of 32 characters are 22 KiB: they need no other way than the plain input. Where the command has to be replaced it is deleted before: its
 * deletion would remove what its successor has made.
 */
function usersCommand(
  name: string,
  { cluster, owner, settings }: LostRemoteUsersArgs,
  access: ClusterAccess | undefined,
  input: {
    readonly users: pulumi.Input<readonly string[]>;
    readonly lost?: boolean;
    readonly clusterUid?: pulumi.Input<string | undefined>;
  },
  reached: Pick<NodeCommandArgs, "clusters" | "occasion">,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const { cilium } = settings;
  return nodeCommand(
    `${name}-remote-users`,
    {
      script: "apiserver",
      create: "grantUsers",
      update: "grantUsers",
      delete: "revokeUsers",
      input: {
        cluster: { name: cluster.name, ...(access === undefined ? {} : contextOf(access)) },
        cilium,
        owner,
        ...input,
      },
      ...reached,
    },
    { ...opts, deleteBeforeReplace: true },
  );
}
