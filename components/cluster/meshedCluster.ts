import * as pulumi from "@pulumi/pulumi";
import type { Ca } from "../certificates/ca";
import { etcdServerSecret } from "../certificates/etcdServerSecret";
import { keyPair, signedCertificate } from "../certificates/leafCertificate";
import { certificatesHash, clientCommonName, SHARED_AUTHORITY } from "../certificates/model/certificates";
import { leafLifetime } from "../certificates/model/lifetimes";
import type { ClusterAccess } from "../command/nodeCommand";
import type { EtcdCredential } from "../etcdUsers/etcdAdmin";
import { etcdUsers, type EtcdUsers } from "../etcdUsers/etcdUsers";
import { readRecorded } from "../identity/model/recorded";
import type { ManagedObject } from "../kubernetes/model/managedObject";
import type { Cluster } from "../mesh/model/mesh";
import type { Observed } from "../mesh/model/observed";
import type { RecordedPaths } from "../nodePaths/model/pathVerdict";
import { peerSecret, type ClientCertificate, type PeerSecretArgs } from "../peers/peerSecret";
import { agentConfiguration } from "./agentConfiguration";
import { objectsCommand, type ClusterSettings } from "./clusterCommands";

/** The arguments of {@link MeshedCluster}. */
export interface MeshedClusterArgs {
  readonly spec: Cluster;
  readonly access: ClusterAccess;
  readonly observed: Observed;
  /** The authorities of the other clusters' etcds, by name. */
  readonly clientAuthorities: ReadonlyMap<string, Ca>;
  /** Authority that issues this cluster's own etcd server certificate; absent where the etcd has one already. */
  readonly serverAuthority?: Ca;
  /** Files of the peer Secret that all clusters share. */
  readonly sharedPeerFiles: pulumi.Output<Readonly<Record<string, string>>>;
  /** What the Secret is issued as, for the preflight of the next run. */
  readonly issueRecord: pulumi.Output<string>;
  /** The other clusters that are there, by name. */
  readonly peers: readonly string[];
  /** With what the users in this cluster's etcd are managed; absent where they are not. */
  readonly etcdCredential?: EtcdCredential;
  readonly managedObjects: readonly ManagedObject[];
  /** The keys of the Secret with its peers, for a Secret that others have keys in. */
  readonly peerKeys: readonly string[];
  readonly owner: string;
  readonly settings: ClusterSettings;
  /** Known where the program's own provider may be used; absent where it gave none. */
  readonly providerChecked?: pulumi.Output<true>;
}

/** A certificate as an output shows it: no PEM, no key. */
export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  /** RFC 3339. */
  readonly expires: pulumi.Output<string>;
}

/** Everything that happens on one cluster of the mesh. Its children inherit the cluster's provider. */
export class MeshedCluster extends pulumi.ComponentResource {
  readonly spec: Cluster;
  /** What was issued for this cluster. */
  readonly certificates: readonly CertificateSummary[];
  /** Changes with every certificate that is issued for this cluster. */
  readonly issued: pulumi.Output<string>;
  /** Done when what will be overwritten in this cluster is recorded, and nothing in it speaks against the mesh. */
  readonly identityChecked: pulumi.Resource;
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
  private readonly objects: pulumi.Resource;

  constructor(name: string, args: MeshedClusterArgs, opts: pulumi.ComponentResourceOptions) {
    super("clustermesh:index:MeshedCluster", name, {}, opts);
    const { spec, access, observed, managedObjects, peerKeys, settings, owner } = args;
    const child = { parent: this };
    const checked = args.providerChecked === undefined ? {} : { providerChecked: args.providerChecked };
    const of = { cluster: spec, access, observed, managedObjects, peerKeys, owner, settings, ...checked };

    const client = clientCertificates(name, args, child);
    const agents = agentConfiguration(name, of, child);
    const server = serverCertificate(name, args, { ...child, dependsOn: agents.identityChecked });
    const users = managedUsers(name, args, {
      ...child,
      // An etcd that is to have the certificate of that Secret can be dialled only then.
      dependsOn: [agents.identityChecked, ...server.map(({ secret }) => secret)],
    });
    const objects = objectsCommand(name, of, agents.identityChecked, {
      ...child,
      dependsOn: [
        agents.rolledOut,
        ...(users === undefined ? [] : [users.done]),
        ...server.map(({ secret }) => secret),
      ],
    });
    this.peers = {
      shared: args.sharedPeerFiles,
      privateKey: client.privateKey,
      certificates: client.certificates,
      record: args.issueRecord,
      owner,
      ...(observed.reapply === undefined ? {} : { reapply: observed.reapply }),
      settings,
    };
    this.objects = objects;
    this.name = name;
    this.spec = spec;
    this.identityChecked = agents.identityChecked;
    this.originalConfig = agents.originalConfig;
    this.uid = agents.originalConfig.apply((printed) => readRecorded(printed)?.cluster);
    this.pathsBefore = agents.pathsBefore;
    this.etcdUsers = users?.authentication;
    this.certificates = [...client.summaries, ...server.map(({ summary }) => summary)];
    const issued = [...client.certificates, ...server].map(({ certificate }) => certificate);
    this.issued = pulumi.unsecret(pulumi.all(issued).apply(certificatesHash));
  }

  /**
   * Makes the Secret with the peers, the last thing that a cluster is given.
   *
   * @param identitiesChecked Done when nothing in any cluster of the mesh speaks against it: no cluster is told of peers before.
   */
  givePeers(identitiesChecked: readonly pulumi.Resource[]): void {
    const dependsOn = after(identitiesChecked, [this.objects]);
    peerSecret(`${this.name}-peers`, this.peers, { parent: this, dependsOn });
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
  const { spec, peers, access, settings, etcdCredential: credential } = args;
  return credential === undefined
    ? undefined
    : etcdUsers(name, { cluster: spec, peers, credential, access, settings }, opts);
}

interface ClientCertificates {
  readonly privateKey: pulumi.Output<string>;
  readonly certificates: readonly ClientCertificate[];
  readonly summaries: readonly CertificateSummary[];
}

/** One key for the cluster, and a certificate for it from each authority whose etcds it reads. */
function clientCertificates(
  name: string,
  args: MeshedClusterArgs,
  opts: pulumi.CustomResourceOptions,
): ClientCertificates {
  const { spec, settings } = args;
  const { certificates, keyRevisions } = settings;
  const commonName = clientCommonName(spec.name);
  const pair = keyPair(`${name}-client`, certificates.keyAlgorithm, { commonName }, opts, keyRevisions.client);
  const signed = [...args.clientAuthorities].map(([authority, signer]) => {
    const ofAuthority = authority === SHARED_AUTHORITY ? "" : `/${authority}`;
    const certificate = `${name}-client-cert${ofAuthority}`;
    const { file, expires } = signedCertificate(certificate, "client", pair, signer, leafLifetime(certificates), opts);
    return { authority, certificate: file, expires };
  });
  return {
    privateKey: pair.privateKey,
    certificates: signed,
    summaries: signed.map(({ authority, expires }) => ({ subject: `CN=${commonName}`, issuer: authority, expires })),
  };
}

interface ServerCertificate {
  readonly summary: CertificateSummary;
  readonly certificate: pulumi.Output<string>;
  readonly secret: pulumi.Resource;
}

function serverCertificate(
  name: string,
  args: MeshedClusterArgs,
  opts: pulumi.CustomResourceOptions,
): readonly ServerCertificate[] {
  const { spec, serverAuthority: authority, owner, settings } = args;
  if (authority === undefined) {
    return [];
  }
  const { certificate, secret, ...server } = etcdServerSecret(
    name,
    { cluster: spec, authority, owner, reapply: args.observed.reapply, settings },
    opts,
  );
  return [{ summary: { ...server, issuer: SHARED_AUTHORITY }, certificate, secret }];
}
