import type { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { SigningCa } from "../certificates/meshCa";
import { clientCertificates, type ClientCertificate } from "../certificates/leafCertificate";
import type { CertificateSettings } from "../certificates/model/certificates";
import type { CiliumSettings } from "../cilium/model/agentConfig";
import { contextOf, nodeCommand, type ClusterAccess, type NodeCommandArgs } from "../command/nodeCommand";
import type { Cluster } from "../mesh/model/mesh";
import { adminCommonName, localCommonName } from "./model/objects";
import { fileNames, type NamedCertificate } from "./model/writtenCertificates";

/** What is known of the certificates of a lost cluster. */
export interface LostCertificatesArgs {
  readonly cluster: Pick<Cluster, "name">;
  /** Whose the cluster is. */
  readonly owner: string;
  readonly settings: Pick<CiliumSettings, "cilium">;
}

/** The arguments of {@link apiserverCertificates}. */
export interface ApiserverCertificatesArgs extends LostCertificatesArgs {
  readonly cluster: Pick<Cluster, "name" | "reads">;
  readonly settings: Pick<CiliumSettings, "cilium"> & CertificateSettings;
  /** That of the cluster's own: its etcd trusts no other one. */
  readonly ca: SigningCa;
  readonly access: ClusterAccess;
  /** Which cluster it was when it joined: no other one is written to. */
  readonly uid: pulumi.Input<string | undefined>;
  /** What the preflight has seen to be otherwise than it was left. */
  readonly drift: string | undefined;
}

/** The certificates of a clustermesh-apiserver for the name that its cluster has in the mesh. */
export interface ApiserverCertificates {
  readonly issued: readonly ClientCertificate[];
  /** Done when they are where its pods read them: these run under the name only after that. */
  readonly written: pulumi.Resource;
}

/**
 * The certificates that carry the name of a cluster which this program has named: as which its clustermesh-apiserver writes to its etcd, and, where
 * there is a cache, as which the agents read that. Helm has made them for another name, and gets those back.
 *
 * @param signing Options of what is signed; nothing of it is in the cluster.
 * @param opts Options of the step that writes there.
 */
export function apiserverCertificates(
  name: string,
  args: ApiserverCertificatesArgs,
  signing: pulumi.CustomResourceOptions,
  opts: pulumi.CustomResourceOptions,
): ApiserverCertificates {
  const { cluster, ca, settings, access, uid, drift } = args;
  const names: readonly (readonly [NamedCertificate, string])[] = [
    ["admin", adminCommonName(cluster.name)],
    ...(cluster.reads === "cached" ? [["local", localCommonName(cluster.name)] as const] : []),
  ];
  const issued = names.flatMap(([which, commonName]) =>
    clientCertificates(`${name}-apiserver-${which}`, commonName, [ca], settings, signing).map((leaf) => ({
      leaf,
      names: fileNames(which),
    })),
  );
  const files = issued.flatMap(({ leaf, names: [certificate, privateKey] }) => [
    [certificate, leaf.file] as const,
    [privateKey, leaf.privateKey] as const,
  ]);
  const secrets = Object.fromEntries(files);
  const reached = { clusters: { [cluster.name]: access }, occasion: { seen: drift }, secrets };
  const written = certificatesCommand(name, args, access, { clusterUid: uid }, reached, opts);
  return { issued: issued.map(({ leaf }) => leaf), written };
}

/** The same for a lost cluster: the command stays in the state with an input by which it contacts nothing, so that it can be deleted. */
export function lostApiserverCertificates(
  name: string,
  args: LostCertificatesArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  certificatesCommand(name, args, undefined, { lost: true }, { clusters: {} }, opts);
}

/** Where the command has to be replaced it is deleted before: its deletion would take back what its successor has written. */
function certificatesCommand(
  name: string,
  { cluster, owner, settings }: LostCertificatesArgs,
  access: ClusterAccess | undefined,
  input: { readonly lost?: boolean; readonly clusterUid?: pulumi.Input<string | undefined> },
  reached: Pick<NodeCommandArgs, "clusters" | "secrets" | "occasion">,
  opts: pulumi.CustomResourceOptions,
): local.Command {
  return nodeCommand(
    `${name}-apiserver-certificates`,
    {
      script: "apiserver",
      create: "writeCertificates",
      update: "writeCertificates",
      delete: "restoreCertificates",
      input: {
        cluster: { name: cluster.name, ...(access === undefined ? {} : contextOf(access)) },
        cilium: settings.cilium,
        owner,
        ...input,
      },
      ...reached,
    },
    { ...opts, deleteBeforeReplace: true },
  );
}
