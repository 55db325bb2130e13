import * as pulumi from "@pulumi/pulumi";
import { agentConfiguration } from "./agentConfiguration";
import type { Authority } from "./authority";
import { etcdServerSecret } from "./etcdServerSecret";
import { keyPair, signedCertificate } from "./leafCertificate";
import type { ClusterAccess } from "./nodeCommand";
import { peerSecret, type ClientCertificate } from "./peerSecret";
import type { MeshSettings } from "./settings";
import { clientCommonName } from "./model/certificates";
import type { Claim } from "./model/liveCluster";
import type { Member as MemberSpec } from "./model/mesh";
import type { RecordedPaths } from "./model/pathVerdict";
import { SHARED_AUTHORITY } from "./model/peerFile";

/** The arguments of {@link Member}. */
export interface MemberArgs {
  readonly spec: MemberSpec;
  readonly access: ClusterAccess;
  /** The authorities of the other clusters' etcds, by name. */
  readonly clientAuthorities: ReadonlyMap<string, Authority>;
  /** Authority that issues this cluster's own etcd server certificate; absent where the etcd has one already. */
  readonly serverAuthority?: Authority;
  /** Files of the peer Secret that all clusters share. */
  readonly sharedPeerFiles: pulumi.Output<Readonly<Record<string, string>>>;
  readonly claims: readonly Claim[];
  readonly owner: string;
  readonly settings: MeshSettings;
}

/** A certificate as an output shows it: no PEM, no key. */
export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  /** RFC 3339. */
  readonly expires: pulumi.Output<string>;
}

/** Everything that happens on one cluster of the mesh. Its children inherit the cluster's provider. */
export class Member extends pulumi.ComponentResource {
  /** The cluster's name. */
  readonly cluster: string;
  /** What was issued for this cluster. */
  readonly certificates: readonly CertificateSummary[];
  /** Done when this cluster's agents have been given their peers. */
  readonly meshed: pulumi.Resource;
  /** Which paths between this cluster's nodes did not work before it was changed. */
  readonly pathsBefore: pulumi.Output<RecordedPaths | undefined>;

  constructor(name: string, args: MemberArgs, opts: pulumi.ComponentResourceOptions) {
    super("clustermesh:index:Member", name, {}, opts);
    const { spec, access, claims, settings, owner } = args;
    const child = { parent: this };

    const client = clientCertificates(args, child);
    const server = serverCertificate(args, child);
    const agents = agentConfiguration({ member: spec, access, claims, owner, settings }, child);
    this.meshed = peerSecret(
      `${spec.name}-peers`,
      {
        shared: args.sharedPeerFiles,
        privateKey: client.privateKey,
        certificates: client.certificates,
        owner,
        settings,
      },
      { ...child, dependsOn: agents.settled },
    );
    this.cluster = spec.name;
    this.pathsBefore = agents.pathsBefore;
    this.certificates = [...client.summaries, ...server];
    this.registerOutputs({});
  }
}

interface ClientCertificates {
  readonly privateKey: pulumi.Output<string>;
  readonly certificates: readonly ClientCertificate[];
  readonly summaries: readonly CertificateSummary[];
}

/** One key for the cluster, and a certificate for it from each authority whose etcds it reads. */
function clientCertificates(args: MemberArgs, opts: pulumi.CustomResourceOptions): ClientCertificates {
  const { spec, settings } = args;
  const { keyAlgorithm, leaf } = settings.certificates;
  const commonName = clientCommonName(spec.name);
  const pair = keyPair(`${spec.name}-client`, keyAlgorithm, { commonName }, opts);
  const signed = [...args.clientAuthorities].map(([authority, signer]) => {
    const name = authority === SHARED_AUTHORITY ? `${spec.name}-client-cert` : `${spec.name}-client-cert/${authority}`;
    const { certPem, validityEndTime } = signedCertificate(name, "client", pair, signer, leaf, opts);
    return { authority, certificate: certPem, expires: validityEndTime };
  });
  return {
    privateKey: pair.privateKey,
    certificates: signed,
    summaries: signed.map(({ authority, expires }) => ({ subject: `CN=${commonName}`, issuer: authority, expires })),
  };
}

function serverCertificate(args: MemberArgs, opts: pulumi.CustomResourceOptions): readonly CertificateSummary[] {
  const { spec, serverAuthority, owner, settings } = args;
  if (serverAuthority === undefined) {
    return [];
  }
  return [{ ...etcdServerSecret(spec, serverAuthority, owner, settings, opts), issuer: SHARED_AUTHORITY }];
}
