import type * as pulumi from "@pulumi/pulumi";
import type { CaSet } from "../certificates/ca";
import { clientCertificates } from "../certificates/leafCertificate";
import type { CertificateSettings } from "../certificates/model/certificates";
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
 *
 * @param clusters Those whose etcds it manages, by name.
 */
export function etcdAdmin(
  name: string,
  caSet: CaSet,
  clusters: readonly string[],
  settings: EtcdUserSettings & CertificateSettings,
  opts: pulumi.CustomResourceOptions,
): EtcdAdmin | undefined {
  if (settings.etcdUsers === "off") return undefined;
  const authorities = [...new Set(clusters.map((cluster) => caSet.for(cluster)))];
  const certificates = clientCertificates(`${name}-etcd-admin`, ADMIN_NAME, authorities, settings, opts);
  return {
    credentialFor: (cluster) => {
      const { authority, bundle } = caSet.for(cluster);
      const signed = certificates.find(({ issuer }) => issuer === authority);
      return signed && { ca: bundle, certificate: signed.file, privateKey: signed.privateKey };
    },
  };
}
