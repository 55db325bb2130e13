import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { apiserverCertificates, type ApiserverCertificates } from "../apiserver/apiserverCertificates";
import { remoteUsers } from "../apiserver/remoteUsers";
import type { CaSet } from "../certificates/meshCa";
import { etcdServerSecret, type EtcdServer } from "../certificates/etcdServerSecret";
import { clientCertificates } from "../certificates/leafCertificate";
import { certificatesHash, clientCommonName } from "../certificates/model/certificates";
import { usersOfIssued } from "../certificates/model/issuedClient";
import type { EtcdAdmin } from "../etcdUsers/etcdAdmin";
import { etcdUsers, type EtcdUsers } from "../etcdUsers/etcdUsers";
import { readRecorded } from "../identity/model/recorded";
import type { PlannedCluster } from "../mesh/etcd";
import { namesApiserver, PUBLICATIONS } from "../mesh/model/publication";
import type { RecordedPaths } from "../nodePaths/model/pathVerdict";
import { cacheSecret, kvstoremeshSecret, peerSecret, type PeerSecretArgs, type SecretData } from "../peers/peerSecret";
import { agentConfiguration } from "./agentConfiguration";
import {
  cachesGoneCommand,
  cachesReadyCommand,
  objectsCommand,
  originalConfigCommand,
  recordedBy,
  type ClusterCommandArgs,
} from "./clusterCommands";

/** The arguments of {@link MeshedCluster}: those of its commands, and what all clusters share. */
export interface MeshedClusterArgs extends ClusterCommandArgs {
  /** All clusters that are there. */
  readonly clusters: readonly PlannedCluster[];
  readonly caSet: CaSet;
  /** Files of the peer Secret that all clusters share. */
  readonly sharedPeerFiles: SecretData;
  /** What the agents read of every cluster that reads through a cache. */
  readonly sharedCacheFiles: SecretData;
  /** With what the users in the etcds are managed; absent where they are not. */
  readonly etcdAdmin: EtcdAdmin | undefined;
}

/** A certificate as an output shows it: no PEM, no key. */
export interface CertificateSummary {
  readonly subject: pulumi.Output<string>;
  readonly issuer: string;
  /** RFC 3339. */
  readonly expires: pulumi.Output<string>;
}

/**
 * Everything that happens on one cluster of the mesh. Its children inherit the cluster's provider. Pulumi deletes in the reverse order, and after
 * all that it makes or updates: so the peers of a leaving cluster have dropped it before its own steps begin.
 *
 * `rollout` and `etcd-server` with `etcd-users` go side by side. What each step does is in `cluster/verbs.ts`.
 *
 * | up | resource | destroy |
 * |---|---|---|
 * | record the originals, refuse what speaks against the mesh | `original-config` | the last step: see {@link agentConfiguration}. It takes back, too, what a step has written that was killed before it was in the state |
 * | where this program names a clustermesh-apiserver: its certificates for that name, once its users are there | `apiserver-certificates` | give back what was there |
 * | set name and id, roll; replace the pods of that clustermesh-apiserver | `rollout` | write the originals back, roll: see {@link agentConfiguration}. Those pods wait for their certificates |
 * | the Secret with the etcd's certificate | `etcd-server` | Pulumi forgets it |
 * | users of the peers | `etcd-users`, `remote-users` | remove them |
 * | list what is made here | `objects` | delete it, the Secrets among it |
 * | where KVStoreMesh reads the peers: the Secret with them, once no cluster speaks against the mesh | `caches` | Pulumi forgets it |
 * | wait until KVStoreMesh has what agents have read themselves until now | `caches-ready` | nothing |
 * | the Secret with the peers, once no cluster speaks against the mesh, or that with the way to the caches | `peers` | Pulumi forgets it |
 * | where agents read their peers themselves: take from KVStoreMesh what they have read through it until now | `caches-gone` | nothing |
 * | nothing | `policy-check`, made by `ClusterMesh`, with the agreement of all clusters | the first deletion: refuse where a policy would fail open |
 */
export class MeshedCluster extends pulumi.ComponentResource {
  readonly args: MeshedClusterArgs;
  /** What was issued for this cluster. */
  readonly certificates: readonly CertificateSummary[];
  /** Changes with every certificate that is issued for this cluster. */
  readonly issued: pulumi.Output<string>;
  /** Done when what will be overwritten in this cluster is recorded, and nothing in it speaks against the mesh. */
  readonly identityChecked: local.Command;
  /** What was recorded. */
  readonly originalConfig: pulumi.Output<string>;
  /** Which cluster this was when it joined: the UID of its namespace `kube-system`. */
  readonly uid: pulumi.Output<string | undefined>;
  /** Which paths between this cluster's nodes did not work before it was changed. */
  readonly pathsBefore: pulumi.Output<RecordedPaths | undefined>;
  /** Whether this cluster's etcd holds its peers to what they may read, in words; absent where its users are not managed. */
  readonly etcdUsers: pulumi.Output<string> | undefined;
  private readonly name: string;
  private readonly peers: PeerSecretArgs;
  /** The last of what is done before a cluster is given its peers. */
  private readonly objects: local.Command;

  constructor(name: string, args: MeshedClusterArgs, opts: pulumi.ComponentResourceOptions) {
    super("clustermesh:index:MeshedCluster", name, {}, opts);
    const { cluster, caSet, observed, settings, owner } = args;
    const child = { parent: this };

    const ofPeers = new Set(
      args.clusters.filter(({ name: peer }) => peer !== cluster.name).map((peer) => caSet.for(peer)),
    );
    const authorities = caSet.all.filter((ca) => ofPeers.has(ca));
    const commonName = clientCommonName(cluster.name);
    const client = clientCertificates(`${name}-client`, commonName, authorities, settings, child);
    const identityChecked = originalConfigCommand(name, args, child);
    const uid = recordedBy(identityChecked).apply((printed) => readRecorded(printed)?.cluster);
    const inConfigMap = usersInConfigMap(name, args, uid, { ...child, dependsOn: [identityChecked] });
    const own = ownCertificates(name, args, uid, child, [identityChecked, ...inConfigMap]);
    const agents = agentConfiguration(name, args, identityChecked, {
      ...child,
      ...(own === undefined ? {} : { dependsOn: own.written }),
    });
    const server = serverCertificate(name, args, { ...child, dependsOn: identityChecked });
    const users = managedUsers(name, args, {
      ...child,
      // An etcd that is to have the certificate of that Secret can be dialled only then.
      dependsOn: [identityChecked, ...server.map(({ secret }) => secret)],
    });
    const objects = objectsCommand(name, args, identityChecked, {
      ...child,
      dependsOn: [
        agents.rolledOut,
        ...(users === undefined ? [] : [users.done]),
        ...inConfigMap,
        ...server.map(({ secret }) => secret),
      ],
    });
    this.peers = {
      shared: args.sharedPeerFiles,
      certificates: client,
      record: caSet.record,
      owner,
      ...(observed.reapply === undefined ? {} : { reapply: observed.reapply }),
      settings,
    };
    this.objects = objects;
    this.name = name;
    this.args = args;
    this.identityChecked = identityChecked;
    this.originalConfig = agents.originalConfig;
    this.uid = uid;
    this.pathsBefore = agents.pathsBefore;
    this.etcdUsers = users?.authentication;
    const issued = [...client, ...server, ...(own?.issued ?? [])];
    this.certificates = issued.map(({ subject, issuer, expires }) => ({ subject, issuer, expires }));
    this.issued = pulumi.unsecret(pulumi.all(issued.map(({ file }) => file)).apply(certificatesHash));
  }

  /**
   * Makes the Secret with the peers, the last thing that a cluster is given.
   *
   * @param identitiesChecked Done when nothing in any cluster of the mesh speaks against it: no cluster is given its peers before.
   */
  givePeers(identitiesChecked: readonly pulumi.Resource[]): void {
    const { cluster, sharedCacheFiles: cacheFiles } = this.args;
    const { name, args, identityChecked, objects } = this;
    const child = { parent: this };
    const first = { ...child, dependsOn: after(identitiesChecked, [objects]) };
    if (cluster.reads === "cached") {
      const caches = kvstoremeshSecret(`${name}-caches`, this.peers, first);
      const ready = cachesReadyCommand(name, args, identityChecked, { ...child, dependsOn: [caches] });
      cacheSecret(`${name}-peers`, { ...this.peers, cacheFiles }, { ...child, dependsOn: [ready] });
    } else {
      const peers = peerSecret(`${name}-peers`, this.peers, first);
      if (PUBLICATIONS[cluster.publishes].readings.includes("cached")) {
        cachesGoneCommand(name, args, identityChecked, objects, { ...child, dependsOn: [peers] });
      }
    }
    this.registerOutputs({});
  }
}

/**
 * Dependencies on some, once all are made. Not dependencies on all: each cluster would have as many as there are clusters in the state, and
 * the way back is in order without them, for Pulumi deletes in layers.
 */
async function after(all: readonly pulumi.Resource[], last: readonly pulumi.Resource[]): Promise<pulumi.Resource[]> {
  await Promise.all(all.map(({ urn }) => new Promise((made) => urn.apply(made))));
  return [...last];
}

function managedUsers(
  name: string,
  args: MeshedClusterArgs,
  opts: pulumi.CustomResourceOptions,
): EtcdUsers | undefined {
  const { cluster, clusters, access, settings } = args;
  const peers = clusters.flatMap((peer) => (peer.name === cluster.name ? [] : [peer.name]));
  const credential = args.etcdAdmin?.credentialFor(cluster);
  return credential === undefined ? undefined : etcdUsers(name, { cluster, peers, credential, access, settings }, opts);
}

/** The users of the peers in the ConfigMap of a clustermesh-apiserver. */
function usersInConfigMap(
  name: string,
  { cluster, clusters, caSet, access, observed, owner, settings }: MeshedClusterArgs,
  uid: pulumi.Output<string | undefined>,
  opts: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
  if (PUBLICATIONS[cluster.publishes].users !== "configMap") return [];
  const peers = clusters.flatMap((peer) => (peer.name === cluster.name ? [] : [peer.name]));
  const ca = caSet.for(cluster);
  const users = ca.kind === "issued" ? ca.client.commonName.apply(usersOfIssued) : peers.map(clientCommonName);
  return [remoteUsers(name, { cluster, users, access, owner, uid, drift: observed.users, settings }, opts)];
}

/** What carries the name of a clustermesh-apiserver that this program names. */
function ownCertificates(
  name: string,
  { cluster, caSet, observed: { drift }, access, owner, settings }: MeshedClusterArgs,
  uid: pulumi.Output<string | undefined>,
  signing: pulumi.CustomResourceOptions,
  dependsOn: readonly pulumi.Resource[],
): ApiserverCertificates | undefined {
  if (!namesApiserver(cluster)) return undefined;
  const ca = caSet.for(cluster);
  // The preflight refuses it; what was issued for peers must not be written where its own containers log in with it.
  if (ca.kind === "issued") {
    throw new pulumi.RunError(
      `cluster ${JSON.stringify(cluster.name)}: name and id cannot be set without its CA's key; give apiserver.ca`,
    );
  }
  const args = { cluster, ca, access, owner, uid, drift, settings };
  return apiserverCertificates(name, args, signing, { ...signing, dependsOn: [...dependsOn] });
}

/** The server certificate of the cluster's etcd, where this mesh issues it. */
function serverCertificate(
  name: string,
  { cluster, caSet, observed: { reapply }, owner, settings }: MeshedClusterArgs,
  opts: pulumi.CustomResourceOptions,
): readonly EtcdServer[] {
  const { ofServers: ca } = caSet;
  return ca === undefined || PUBLICATIONS[cluster.publishes].ca !== "ofMesh"
    ? []
    : [etcdServerSecret(name, { cluster, ca, owner, reapply, settings }, opts)];
}
