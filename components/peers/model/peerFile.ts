import { stringify } from "yaml";
import { sortedEntries } from "../../basics/model/own";
import { SHARED_AUTHORITY } from "../../certificates/model/certificates";
import type { Cluster } from "../../mesh/model/mesh";
import type { ClientCertificates } from "../../mesh/model/publication";

/** Where the Cilium chart projects the Secret of remote etcd configurations into every agent (`clustermesh-config`). */
export const CLUSTERMESH_DIRECTORY = "/var/lib/cilium/clustermesh";

/**
 * The Secret that the chart projects into the container kvstoremesh of clustermesh-apiserver, optional and under the same path as the agents'
 * Secret in the agents: so the same files serve both.
 */
export const KVSTOREMESH_SECRET = "cilium-kvstoremesh";

/** Whether a Secret of that name holds peers, of agents or of KVStoreMesh: such a one may be another owner's, and be adopted. */
export const holdsPeers = (secret: string, peerSecret: string): boolean =>
  secret === peerSecret || secret === KVSTOREMESH_SECRET;

/**
 * File names of the PEM material that an agent uses for the etcds of one authority. A dot keeps them from ever being a cluster's
 * name, and the `mesh-` prefix from the files that the chart projects into the same folder from other Secrets.
 */
export interface PemFiles {
  readonly trustedCA: string;
  readonly certificate: string;
  readonly key: string;
}

/** The PEM files for an authority. The private key is one per cluster, whatever authority has signed for it; what was issued has a key of its own. */
export function pemFiles(authority: string, clientCertificates: ClientCertificates = "signed"): PemFiles {
  const stem = authority === SHARED_AUTHORITY ? "mesh" : `mesh-${authority}`;
  const key = `${clientCertificates === "issued" ? stem : "mesh"}.client.key`;
  return { trustedCA: `${stem}.ca.crt`, certificate: `${stem}.client.crt`, key };
}

/** Whether a file of the Secret is a client certificate under a name of {@link pemFiles}. */
export const isClientCertificate = (file: string): boolean => /^mesh(-.+)?\.client\.crt$/.test(file);

/**
 * The peer file by which agents reach one cluster's etcd: Cilium's etcd client configuration (`pkg/kvstore`, etcd
 * options). An agent takes a file for a peer only where its text has `endpoints:` (`isEtcdConfigFile` in pkg/clustermesh/common), and ignores
 * the one that has its own cluster's name, so the same files serve every cluster.
 *
 * @param caHash Hash of the CAs that are trusted. Agents watch this file and not the PEM files: a changed comment is what makes
 *   them reconnect and read a changed CA.
 */
export function peerFile(
  { etcd, clientCertificates }: Pick<Cluster, "etcd" | "clientCertificates">,
  authority: string,
  caHash: string,
): string {
  const pem = pemFiles(authority, clientCertificates);
  const aliases = sortedEntries(etcd.hostAliases ?? {});
  const config = {
    endpoints: etcd.endpoints,
    "trusted-ca-file": `${CLUSTERMESH_DIRECTORY}/${pem.trustedCA}`,
    "cert-file": `${CLUSTERMESH_DIRECTORY}/${pem.certificate}`,
    "key-file": `${CLUSTERMESH_DIRECTORY}/${pem.key}`,
    ...(aliases.length === 0 ? {} : { "cilium-host-aliases": aliases.map(([hostname, ips]) => ({ hostname, ips })) }),
  };
  return `${stringify(config, { lineWidth: 0 })}# ca: ${caHash}\n`;
}

/**
 * The peer file by which agents reach what KVStoreMesh has cached of a peer: the etcd of their own clustermesh-apiserver, with the certificate that
 * the chart projects beside the peer files. It is the same for every peer, and for every cluster whose Cilium has that namespace
 * (`clustermesh-config-generate-etcd-cfg` in the chart).
 */
export function cacheFile(namespace: string): string {
  const stem = `${CLUSTERMESH_DIRECTORY}/local-etcd-client`;
  const config = {
    endpoints: [`https://clustermesh-apiserver.${namespace}.svc:2379`],
    "trusted-ca-file": `${stem}-ca.crt`,
    "cert-file": `${stem}.crt`,
    "key-file": `${stem}.key`,
  };
  return stringify(config, { lineWidth: 0 });
}

/** The clusters whose peer files a Secret has: the other files have a dot in their names, which no cluster's name has. */
export function peersIn(files: Iterable<string>, ...self: readonly string[]): readonly string[] {
  return [...files].filter((file) => !file.includes(".") && !self.includes(file));
}
