import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { CiliumSettings } from "../cilium/model/agentConfig";
import { ownedBy, reapplied } from "../kubernetes/ownership";
import type { PlannedCluster } from "../mesh/etcd";
import { meshHostName } from "../mesh/model/names";
import type { SigningCa } from "./meshCa";
import { keyPair, signedCertificate, type CertificateNames, type ShownCertificate } from "./leafCertificate";
import { ETCD_SERVER_SECRET, serverNames, type CertificateSettings } from "./model/certificates";

/** The arguments of {@link etcdServerSecret}. */
export interface EtcdServerSecretArgs {
  readonly cluster: PlannedCluster;
  readonly ca: SigningCa;
  readonly owner: string;
  /** Changes when the Secret has to be written again, although the state shows no change. */
  readonly reapply: string | undefined;
  readonly settings: CertificateSettings & Pick<CiliumSettings, "cilium">;
}

/** The server certificate of one cluster's etcd. */
export interface EtcdServer extends ShownCertificate {
  /** Done when etcd can have it. */
  readonly secret: pulumi.Resource;
}

/**
 * Key and certificate for a cluster's own etcd, and the Secret with which it mounts them: `tls.crt` and `tls.key` for `--cert-file` and
 * `--key-file`, `ca.crt` for `--trusted-ca-file`, so that it trusts the peers' client certificates. etcd reads the first two at every
 * handshake, and the last only when it starts.
 */
export function etcdServerSecret(
  name: string,
  { cluster, ca, owner, reapply, settings }: EtcdServerSecretArgs,
  opts: pulumi.CustomResourceOptions,
): EtcdServer {
  const names = certificateNames(cluster);
  const { certificates, keyRevisions } = settings;
  const pair = keyPair(`${name}-etcd-server`, certificates.keyAlgorithm, names, opts, keyRevisions.server);
  const certificate = signedCertificate(`${name}-etcd-server-cert`, "server", pair, ca, settings, opts);
  const base64 = (value: string) => Buffer.from(value).toString("base64");
  const data = pulumi
    .all([pair.privateKey, certificate.file, ca.bundle])
    .apply(([key, crt, trusted]) => ({ "tls.key": base64(key), "tls.crt": base64(crt), "ca.crt": base64(trusted) }));
  const secret = new k8s.core.v1.Secret(
    `${name}-etcd-server`,
    {
      metadata: { name: ETCD_SERVER_SECRET, namespace: settings.cilium.namespace, annotations: ownedBy(owner) },
      type: "kubernetes.io/tls",
      data: pulumi.secret(data),
    },
    { ...opts, ...reapplied(reapply) },
  );
  return { ...certificate, secret };
}

function certificateNames({ name, etcd }: PlannedCluster): CertificateNames {
  if (!pulumi.Output.isInstance(etcd)) {
    return serverNames({ name, etcd });
  }
  const names = etcd.apply((known) => serverNames({ name, etcd: known }));
  return { commonName: meshHostName(name), dnsNames: names.dnsNames, ipAddresses: names.ipAddresses };
}
