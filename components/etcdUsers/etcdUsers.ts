import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { CiliumSettings } from "../cilium/model/agentConfig";
import { clusterStep, type ClusterStep } from "../command/clusterStep";
import { contextOf, type ClusterAccess } from "../command/nodeCommand";
import type { PlannedCluster } from "../mesh/etcd";
import { adminEndpointsOf } from "../mesh/model/mesh";
import type { PeerSettings } from "../peers/peerSecret";
import type { EtcdCredential } from "./etcdAdmin";
import { describeUsers, parseUsersReport } from "./model/etcdAuthentication";
import { peerUsers } from "./model/etcdUsers";

/** The arguments of {@link etcdUsers}. */
export interface EtcdUsersArgs {
  /** The cluster whose etcd it is. */
  readonly cluster: PlannedCluster;
  /** The clusters that read it, by name. */
  readonly peers: readonly string[];
  /** The administrator's credential for it. */
  readonly credential: EtcdCredential;
  /** How to see whether the cluster still has peers when their users are removed. */
  readonly access: ClusterAccess;
  readonly settings: Pick<CiliumSettings, "cilium"> & Pick<PeerSettings, "peerSecret">;
}

/** The users of the peers in one cluster's etcd. */
export interface EtcdUsers {
  /** Whether etcd holds the peers to what they may read, in words. */
  readonly authentication: pulumi.Output<string>;
  /** Done when every peer has its user. */
  readonly done: pulumi.Resource;
}

/** A user for each peer in a cluster's etcd, with a role that reads what a peer needs and nothing else. */
export function etcdUsers(name: string, args: EtcdUsersArgs, opts: pulumi.CustomResourceOptions): EtcdUsers {
  const { cluster, peers, credential, access, settings } = args;
  const secret = { namespace: settings.cilium.namespace, name: settings.peerSecret };
  const { ca, certificate, privateKey } = credential;
  const secrets = { "etcd.ca": ca, "etcd.certificate": certificate, "etcd.privateKey": privateKey };
  const input = { users: peerUsers(peers), peers: { ...contextOf(access), secret } };
  const done = usersStep(name, cluster, { access, input, secrets }, opts);
  // The report has no secret; it counts as one only because the command got the administrator's key.
  const report = pulumi.unsecret(done.stdout).apply(parseUsersReport);
  return { authentication: report.apply(describeUsers), done };
}

/** The same for a lost cluster: the command stays in the state with an input by which it contacts nothing, so that it can be deleted. */
export function lostEtcdUsers(name: string, cluster: PlannedCluster, opts: pulumi.CustomResourceOptions): void {
  usersStep(name, cluster, { access: "lost", input: { users: [] } }, opts);
}

function usersStep(
  name: string,
  cluster: PlannedCluster,
  { input, ...step }: Pick<ClusterStep, "access" | "input" | "secrets">,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  const etcd = { cluster: cluster.name, endpoints: pulumi.output(cluster.etcd).apply(adminEndpointsOf) };
  const verbs = { script: "etcdUsers", write: "grant", takeBack: "revoke" };
  const all = { ...step, ...verbs, cluster: cluster.name, input: { ...etcd, ...input } };
  return clusterStep(`${name}-etcd-users`, all, opts);
}
