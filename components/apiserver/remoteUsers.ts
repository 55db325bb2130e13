import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../command/nodeCommand";
import { apiserverStep, type ApiserverStepArgs } from "./apiserverStep";

/** The arguments of {@link remoteUsers}. */
export interface RemoteUsersArgs extends ApiserverStepArgs {
  /** The users that its peers log in as, but for the one that it makes by itself. */
  readonly users: pulumi.Input<readonly string[]>;
  readonly access: ClusterAccess;
  /** Which cluster it was when it joined: no other one is written to. */
  readonly uid: pulumi.Input<string | undefined>;
  /** What the preflight has seen to be otherwise than it was left. */
  readonly drift?: string | undefined;
}

const VERBS = { write: "grantUsers", takeBack: "revokeUsers" } as const;

/**
 * A user for each peer in the ConfigMap from which a cluster's clustermesh-apiserver takes them. Until the ConfigMap is there, its pods do not
 * start; a change is taken up as they run. 511 names of 32 characters are 22 KiB: they need no other way than the plain input.
 */
export function remoteUsers(name: string, args: RemoteUsersArgs, opts: pulumi.CustomResourceOptions): local.Command {
  const { users, access, uid, drift } = args;
  const input = { users, clusterUid: uid };
  return apiserverStep(`${name}-remote-users`, args, { ...VERBS, access, input, occasion: { seen: drift } }, opts);
}

/** The same for a lost cluster: the command stays in the state with an input by which it contacts nothing, so that it can be deleted. */
export function lostRemoteUsers(name: string, args: ApiserverStepArgs, opts: pulumi.CustomResourceOptions): void {
  apiserverStep(`${name}-remote-users`, args, { ...VERBS, access: "lost", input: { users: [] } }, opts);
}
