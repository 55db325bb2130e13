import type * as pulumi from "@pulumi/pulumi";
import type { CaSet } from "../certificates/ca";
import { keyPair, signedCertificate } from "../certificates/leafCertificate";
import { SHARED_AUTHORITY, type CertificateSettings } from "../certificates/model/certificates";
import { leafLifetime } from "../certificates/model/lifetimes";
import type { MeshSettings } from "../settings/model/settings";
import { ADMIN_NAME } from "./model/etcdUsers";

/** The settings about users in etcd. */
export type EtcdUserSettings = Pick<MeshSettings, "etcdUsers">;

/** With what the program manages the users of an etcd; PEM. */
export interface EtcdCredential {
  readonly ca: pulumi.Output<string>;
  readonly certificate: pulumi.Output<string>;
  readonly privateKey: pulumi.Output<string>;
}

/** The administrator of a mesh's etcds. */
export interface EtcdAdmin {
  /** Its credential for a cluster's etcd. */
  credentialFor(cluster: string): EtcdCredential | undefined;
}

/**
 * One key for the mesh, and a client certificate for it from each authority, in the name that etcd demands of the administrator of users. It stays
 * with the program: no cluster is given it. Absent where no users are managed.
 */
export function etcdAdmin(
  name: string,
  authorities: CaSet,
  { etcdUsers, certificates, keyRevisions }: EtcdUserSettings & CertificateSettings,
  opts: pulumi.CustomResourceOptions,
): EtcdAdmin | undefined {
  if (etcdUsers === "off") {
    return undefined;
  }
  const admin = `${name}-etcd-admin`;
  const pair = keyPair(admin, certificates.keyAlgorithm, { commonName: ADMIN_NAME }, opts, keyRevisions.client);
  const credentials = new Map(
    [...authorities.byName].map(([authority, signer]): [string, EtcdCredential] => {
      const certificate = authority === SHARED_AUTHORITY ? `${admin}-cert` : `${admin}-cert/${authority}`;
      const { file } = signedCertificate(certificate, "client", pair, signer, leafLifetime(certificates), opts);
      return [authority, { ca: signer.bundle, certificate: file, privateKey: pair.privateKey }];
    }),
  );
  return { credentialFor: (cluster) => credentials.get(authorities.of(cluster)) };
}
