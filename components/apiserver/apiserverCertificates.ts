import type * as pulumi from "@pulumi/pulumi";
import type { SigningCa } from "../certificates/meshCa";
import { clientCertificates, type ClientCertificate } from "../certificates/leafCertificate";
import type { CertificateSettings } from "../certificates/model/certificates";
import type { CiliumSettings } from "../cilium/model/agentConfig";
import type { ClusterAccess } from "../command/nodeCommand";
import type { Cluster } from "../mesh/model/mesh";
import { apiserverStep, type ApiserverStepArgs } from "./apiserverStep";
import { adminCommonName, localCommonName } from "./model/objects";
import { fileNames, type NamedCertificate } from "./model/writtenCertificates";

/** The arguments of {@link apiserverCertificates}. */
export interface ApiserverCertificatesArgs extends ApiserverStepArgs {
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

const VERBS = { write: "writeCertificates", takeBack: "restoreCertificates" } as const;

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
  const step = { ...VERBS, access, input: { clusterUid: uid }, occasion: { seen: drift }, secrets };
  const written = apiserverStep(`${name}-apiserver-certificates`, args, step, opts);
  return { issued: issued.map(({ leaf }) => leaf), written };
}

/** The same for a lost cluster: the command stays in the state with an input by which it contacts nothing, so that it can be deleted. */
export function lostApiserverCertificates(
  name: string,
  args: ApiserverStepArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  apiserverStep(`${name}-apiserver-certificates`, args, { ...VERBS, access: "lost", input: {} }, opts);
}
