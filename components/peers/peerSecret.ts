import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { own } from "../basics/model/own";
import { shortHash } from "../basics/model/shortHash";
import type { CaSet } from "../certificates/meshCa";
import type { ClientCertificate } from "../certificates/leafCertificate";
import { ISSUE_RECORD_ANNOTATION } from "../certificates/model/keyRevisions";
import type { CiliumSettings } from "../cilium/model/agentConfig";
import { KEYS_ANNOTATION, OWNER_ANNOTATION } from "../kubernetes/model/ownership";
import { ownedBy, patching, reapplied } from "../kubernetes/ownership";
import type { PlannedCluster } from "../mesh/etcd";
import type { MeshSettings } from "../settings/model/settings";
import { cacheFile, KVSTOREMESH_SECRET, peerFile, pemFiles } from "./model/peerFile";

/** The settings about the Secret with the peers. */
export type PeerSettings = Pick<MeshSettings, "peerSecret" | "allow">;

/** Files by name, base64 as a Secret's `data` has them. */
export type SecretData = pulumi.Output<Readonly<Record<string, string>>>;

type File = readonly [string, string];

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/**
 * The part of the Secret that is the same in every cluster: a peer file for each cluster, and the CAs' certificates. Made once for
 * the mesh, so that the work grows with its size and not with its square.
 */
export function sharedPeerFiles(clusters: readonly PlannedCluster[], caSet: CaSet): SecretData {
  const peers = clusters.map((cluster) => {
    const { name, etcd, clientCertificates } = cluster;
    const { authority, hash } = caSet.for(cluster);
    return pulumi
      .all([pulumi.output(etcd), hash])
      .apply(([known, caHash]): File => [
        name,
        base64(peerFile({ etcd: known, clientCertificates }, authority, caHash)),
      ]);
  });
  const trusted = caSet.all.map(({ authority, bundle }) =>
    bundle.apply((pem): File => [pemFiles(authority).trustedCA, base64(pem)]),
  );
  return pulumi.all([...peers, ...trusted]).apply((files) => Object.fromEntries(files));
}

/**
 * What the agents of every cluster read that reads through a cache: by the name of each cluster the file that leads to the cache, and no PEM. An
 * agent ignores the file with its own cluster's name.
 *
 * @param namespace Cilium's.
 */
export function sharedCacheFiles(clusters: readonly Pick<PlannedCluster, "name">[], namespace: string): SecretData {
  const file = base64(cacheFile(namespace));
  return pulumi.output(Object.fromEntries(clusters.map(({ name }): File => [name, file])));
}

/**
 * A hash of everything that agents and caches read about their peers, and of the certificates that they present.
 *
 * @param issued For each cluster, what changes with its certificates.
 * @param cacheFiles What the agents read of caches; absent where no cluster has one.
 */
export function hashPeers(
  shared: SecretData,
  issued: readonly pulumi.Output<string>[],
  cacheFiles?: SecretData,
): pulumi.Output<string> {
  const read = pulumi.all([shared, pulumi.all([...issued]), pulumi.output(cacheFiles)]);
  // Without caches it is what it was before there were any.
  return read.apply(([files, leaves, cached]) =>
    shortHash(JSON.stringify([files, leaves, ...(cached === undefined ? [] : [cached])])),
  );
}

/** The names of the keys that {@link peerSecret} writes for a cluster; plain, for the preflight. */
export function peerSecretKeys(
  clusters: readonly Pick<PlannedCluster, "name" | "clientCertificates">[],
  authorities: readonly string[],
): readonly string[] {
  // An authority that issues is a cluster's own, by its name.
  const kinds = Object.fromEntries(clusters.map(({ name, clientCertificates }) => [name, clientCertificates]));
  const pem = authorities
    .map((authority) => pemFiles(authority, own(kinds, authority)))
    .flatMap(({ trustedCA, certificate, key }) => [trustedCA, certificate, key]);
  return [...new Set([...clusters.map(({ name }) => name), ...pem])];
}

/** The files that are one cluster's own: its certificates, and the key for those that were signed for it. */
function clientFiles(certificates: readonly ClientCertificate[]): SecretData {
  const files = certificates.flatMap(({ kind, issuer, privateKey, file }) => {
    const { key, certificate } = pemFiles(issuer, kind);
    return [privateKey.apply((pem): File => [key, base64(pem)]), file.apply((pem): File => [certificate, base64(pem)])];
  });
  return pulumi.all(files).apply((all) => Object.fromEntries(all));
}

/** What all Secrets with peers have beside their files. */
interface PeerMarks {
  /** What it is issued as. */
  readonly record: pulumi.Output<string>;
  readonly owner: string;
  /** Changes when it has to be written again, although the state shows no change. */
  readonly reapply?: string;
  readonly settings: PeerSettings & Pick<CiliumSettings, "cilium">;
}

/** The arguments of {@link peerSecret} and {@link kvstoremeshSecret}. */
export interface PeerSecretArgs extends PeerMarks {
  readonly shared: SecretData;
  readonly certificates: readonly ClientCertificate[];
}

/** The arguments of {@link cacheSecret}. */
export interface CacheSecretArgs extends PeerMarks {
  /** Of {@link sharedCacheFiles}. */
  readonly cacheFiles: SecretData;
}

/**
 * A Secret with peers. `data` and not `stringData`: keys of a member that left disappear only from `data`. With `allow: [adoptSecret]` only our keys
 * are patched in. Either way what goes is our keys, and a step of ours removes them.
 */
function secretOf(
  name: string,
  secret: string,
  files: SecretData,
  args: PeerMarks,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const data = pulumi.secret(files);
  const metadata = { name: secret, namespace: args.settings.cilium.namespace };
  const keys = pulumi.unsecret(data).apply((all) => Object.keys(all).toSorted().join(","));
  const marks = { [OWNER_ANNOTATION]: args.owner, [KEYS_ANNOTATION]: keys, [ISSUE_RECORD_ANNOTATION]: args.record };
  const retained = { ...opts, ...reapplied(args.reapply) };
  if (args.settings.allow.includes("adoptSecret")) {
    const annotations = { ...patching(), ...marks };
    return new k8s.core.v1.SecretPatch(name, { metadata: { ...metadata, annotations }, data }, retained);
  }
  // Without a type, which cannot be changed: one that was adopted before may have any.
  const annotations = { ...ownedBy(args.owner), ...marks };
  return new k8s.core.v1.Secret(name, { metadata: { ...metadata, annotations }, data }, retained);
}

const peerData = ({ shared, certificates }: PeerSecretArgs): SecretData =>
  pulumi.all([shared, clientFiles(certificates)]).apply(([files, mine]) => ({ ...files, ...mine }));

/** The Secret that the agents of one cluster project into their folder of peer files, where they read their peers themselves. */
export const peerSecret = (
  name: string,
  args: PeerSecretArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource => secretOf(name, args.settings.peerSecret, peerData(args), args, opts);

/** The same for KVStoreMesh of a cluster whose agents read its cache. It comes before their {@link cacheSecret}: the cache has to know the peers first. */
export const kvstoremeshSecret = (
  name: string,
  args: PeerSecretArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource => secretOf(name, KVSTOREMESH_SECRET, peerData(args), args, opts);

/** The Secret of agents that read the cache of KVStoreMesh, under the name of {@link peerSecret}. */
export const cacheSecret = (
  name: string,
  args: CacheSecretArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource => secretOf(name, args.settings.peerSecret, args.cacheFiles, args, opts);
