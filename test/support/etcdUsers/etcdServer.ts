import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EtcdTls, LabCluster } from "../../../lab";
import { secretFiles } from "../kubernetes/clusterObjects";

/** What an etcd is started with, PEM. */
export interface ServerPem {
  readonly cert: string;
  readonly key: string;
  /** All CAs that it trusts. */
  readonly trusted: readonly string[];
}

/** Gives certificates as files, for as long as they are used. */
async function asFiles(pem: ServerPem, use: (tls: EtcdTls) => Promise<void> | void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "clustermesh-server-"));
  const write = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  try {
    await use({
      certFile: await write("tls.crt", pem.cert),
      keyFile: await write("tls.key", pem.key),
      trustedCaFile: await write("ca.crt", pem.trusted.join("\n")),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a cluster's Secret has for its etcd. The mesh's CA is trusted beside the lab's own, which the cluster's own agents use. */
async function issued(cluster: LabCluster, ownCA: string): Promise<ServerPem> {
  const files = await secretFiles(cluster, "clustermesh-etcd-server");
  return { cert: files["tls.crt"] ?? "", key: files["tls.key"] ?? "", trusted: [files["ca.crt"] ?? "", ownCA] };
}

/** Restarts a cluster's etcd with other certificates; data and addresses stay. */
export const serveWith = (cluster: LabCluster, pem: ServerPem): Promise<void> =>
  asFiles(pem, (tls) => cluster.ciliumEtcd.restart(tls));

/** Restarts a cluster's etcd with what its Secret holds, as a pod that mounts it would. */
export async function serveWithIssuedCertificate(cluster: LabCluster, ownCA: string): Promise<void> {
  await serveWith(cluster, await issued(cluster, ownCA));
}

/** Gives the running etcd what its Secret holds now, as the kubelet does for a pod that mounts it. */
export async function renewIssuedCertificate(cluster: LabCluster, ownCA: string): Promise<void> {
  await asFiles(await issued(cluster, ownCA), (tls) => {
    cluster.ciliumEtcd.replaceTls(tls);
  });
}
