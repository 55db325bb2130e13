import type * as pulumi from "@pulumi/pulumi";
import type { CaSet } from "../certificates/meshCa";
import { clientCertificates } from "../certificates/leafCertificate";
import type { CertificateSettings } from "../certificates/model/certificates";
import type { Cluster } from "../mesh/model/mesh";
import { PUBLICATIONS } from "../mesh/model/publication";
import type { MeshSettings } from "../settings/model/settings";
import { ADMIN_NAME } from "./model/etcdUsers";

type Publishing = Pick<Cluster, "name" | "publishes">;

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
  credentialFor(cluster: Publishing): EtcdCredential | undefined;
}

/**
 * One key for the mesh, and a client certificate for it from each authority, in the name that etcd demands of the administrator of users. It stays
 * with the program: no cluster is given it. Absent where no users are managed.
 *
 * @param clusters Those of which it manages the etcds that are their own.
 */
export function etcdAdmin(
  name: string,
  caSet: CaSet,
  clusters: readonly Publishing[],
  settings: EtcdUserSettings & CertificateSettings,
  opts: pulumi.CustomResourceOptions,
): EtcdAdmin | undefined {
  const hasUsers = ({ publishes }: Publishing) => PUBLICATIONS[publishes].users === "etcd";
  const authorities = [...new Set(clusters.filter(hasUsers).map((cluster) => caSet.for(cluster)))];
  if (settings.etcdUsers === "off" || authorities.length === 0) return undefined;
  const certificates = clientCertificates(`${name}-etcd-admin`, ADMIN_NAME, authorities, settings, opts);
  return {
    credentialFor: (cluster) => {
      if (!hasUsers(cluster)) return undefined;
      const { authority, bundle } = caSet.for(cluster);
      const signed = certificates.find(({ issuer }) => issuer === authority);
      return signed && { ca: bundle, certificate: signed.file, privateKey: signed.privateKey };
    },
  };
}
