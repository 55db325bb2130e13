import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabCluster } from "../../lab";
import { secretFiles } from "./clusterObjects";

/**
 * Restarts a cluster's etcd with what its Secret holds, as a pod that mounts it would. The mesh's CA is trusted beside the lab's own, which
 * the cluster's own agents use.
 */
export async function serveWithIssuedCertificate(cluster: LabCluster, ownCA: string): Promise<void> {
  const files = await secretFiles(cluster, "clustermesh-etcd-server");
  const folder = await mkdtemp(join(tmpdir(), "clustermesh-server-"));
  const write = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  try {
    await cluster.ciliumEtcd.restart({
      certFile: await write("tls.crt", files["tls.crt"] ?? ""),
      keyFile: await write("tls.key", files["tls.key"] ?? ""),
      trustedCaFile: await write("ca.crt", `${files["ca.crt"] ?? ""}\n${ownCA}`),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
