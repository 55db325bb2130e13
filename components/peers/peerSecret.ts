import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import type { CaSet } from "../certificates/ca";
import { ISSUE_RECORD_ANNOTATION } from "../certificates/model/keyRevisions";
import type { CiliumSettings } from "../cilium/model/agentConfig";
import { KEYS_ANNOTATION, OWNER_ANNOTATION } from "../kubernetes/model/ownership";
import { ownedBy, patching, reapplied } from "../kubernetes/ownership";
import type { Cluster } from "../mesh/model/mesh";
import type { MeshSettings } from "../settings/model/settings";
import { peerFile, pemFiles } from "./model/peerFile";

/** The settings about the Secret with the peers. */
export type PeerSettings = Pick<MeshSettings, "peerSecret" | "allow">;

/** A cluster's client certificate for the etcds of one authority. */
export interface ClientCertificate {
  readonly authority: string;
  readonly certificate: pulumi.Output<string>;
}

/** Files by name, base64 as a Secret's `data` has them. */
export type SecretData = pulumi.Output<Readonly<Record<string, string>>>;

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/**
 * The part of the Secret that is the same in every cluster: a peer file for each cluster, and the CAs' certificates. Made once for
 * the mesh, so that the work grows with its size and not with its square.
 */
export function sharedPeerFiles(clusters: readonly Cluster[], caSet: CaSet): SecretData {
  const known = [...caSet.byName].map(([name, { bundle, hash }]) =>
    pulumi.all([bundle, hash]).apply(([pem, caHash]) => ({ name, pem, caHash })),
  );
  return pulumi.all(known).apply((all) => {
    const hashes = new Map(all.map(({ name, caHash }) => [name, caHash]));
    const peers = clusters.map((cluster): [string, string] => {
      const authority = caSet.of(cluster.name);
      return [cluster.name, base64(peerFile(cluster, authority, hashes.get(authority) ?? ""))];
    });
    const trusted = all.map(({ name, pem }): [string, string] => [pemFiles(name).trustedCA, base64(pem)]);
    return Object.fromEntries([...peers, ...trusted]);
  });
}

/**
 * A hash of everything that agents read about their peers, and of the certificates that they present.
 *
 * @param issued For each cluster, what changes with its certificates.
 */
export function hashPeers(shared: SecretData, issued: readonly pulumi.Output<string>[]): pulumi.Output<string> {
  return pulumi
    .all([shared, pulumi.all([...issued])])
    .apply((all) => createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 16));
}

/** The names of the keys that {@link peerSecret} writes for a cluster; plain, for the preflight. */
export function peerSecretKeys(clusters: readonly string[], authorities: readonly string[]): readonly string[] {
  const pem = authorities.map(pemFiles).flatMap(({ trustedCA, certificate, key }) => [trustedCA, certificate, key]);
  return [...new Set([...clusters, ...pem])];
}

function clientFiles(authority: string, key: string, certificate: string): readonly (readonly [string, string])[] {
  const files = pemFiles(authority);
  return [
    [files.key, base64(key)],
    [files.certificate, base64(certificate)],
  ];
}

/** The arguments of {@link peerSecret}. */
export interface PeerSecretArgs {
  readonly shared: SecretData;
  readonly privateKey: pulumi.Output<string>;
  readonly certificates: readonly ClientCertificate[];
  /** What it is issued as. */
  readonly record: pulumi.Output<string>;
  readonly owner: string;
  /** Changes when it has to be written again, whatever the state knows. */
  readonly reapply?: string;
  readonly settings: PeerSettings & Pick<CiliumSettings, "cilium">;
}

/**
 * The Secret that the agents of one cluster project into their folder of peer files. `data` and not `stringData`: keys of a member that
 * left disappear only from `data`. With `allow: [adoptSecret]` only our keys are patched in. Either way what goes is our keys, and a step of ours
 * removes them.
 */
export function peerSecret(
  name: string,
  args: PeerSecretArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const certificates = pulumi.all(args.certificates.map(({ authority, certificate }) => ({ authority, certificate })));
  const own = pulumi
    .all([args.privateKey, certificates])
    .apply(([key, signed]) =>
      Object.fromEntries(signed.flatMap(({ authority, certificate }) => clientFiles(authority, key, certificate))),
    );
  const data = pulumi.secret(pulumi.all([args.shared, own]).apply(([shared, mine]) => ({ ...shared, ...mine })));
  const metadata = { name: args.settings.peerSecret, namespace: args.settings.cilium.namespace };
  const keys = pulumi.unsecret(data).apply((files) => Object.keys(files).toSorted().join(","));
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
