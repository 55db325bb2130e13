import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ClusterPlan } from "../clusterPlan";
import { writePrivate } from "../host/files";
import { createAuthority, createTokenKeys, issueLeaf, type LeafSpec, type Pair } from "./certificate";

/** A certificate and its key as files. */
export interface PairFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** One etcd's own authority, its server certificate and the one client certificate that it is used with. */
export interface EtcdPki {
  readonly ca: PairFiles;
  readonly server: PairFiles;
  readonly client: PairFiles;
}

/** Every key and certificate of one cluster. The three authorities have nothing to do with each other. */
export interface ClusterPki {
  readonly kubernetesCa: PairFiles;
  readonly apiServer: PairFiles;
  readonly admin: PairFiles;
  readonly tokenKeyFile: string;
  readonly tokenPublicKeyFile: string;
  readonly apiEtcd: EtcdPki;
  readonly ciliumEtcd: EtcdPki;
}

/** The first addresses of the Service ranges, under which pods reach the API server. */
const KUBERNETES_SERVICE_IPS = ["10.96.0.1", "fd00:96::1"];

const pairFiles = (dir: string, name: string): PairFiles => ({
  certFile: join(dir, `${name}.crt`),
  keyFile: join(dir, `${name}.key`),
});

const etcdFiles = (dir: string, etcd: string): EtcdPki => ({
  ca: pairFiles(dir, `${etcd}-ca`),
  server: pairFiles(dir, `${etcd}-server`),
  client: pairFiles(dir, `${etcd}-client`),
});

const filesIn = (dir: string): ClusterPki => ({
  kubernetesCa: pairFiles(dir, "kubernetes-ca"),
  apiServer: pairFiles(dir, "apiserver"),
  admin: pairFiles(dir, "admin"),
  tokenKeyFile: join(dir, "service-account.key"),
  tokenPublicKeyFile: join(dir, "service-account.pub"),
  apiEtcd: etcdFiles(dir, "api-etcd"),
  ciliumEtcd: etcdFiles(dir, "cilium-etcd"),
});

const writePair = ({ certFile, keyFile }: PairFiles, { cert, key }: Pair): void => {
  writePrivate(certFile, cert);
  writePrivate(keyFile, key);
};

async function writeFamily(
  ca: PairFiles,
  caName: string,
  leaves: readonly (readonly [PairFiles, LeafSpec])[],
): Promise<void> {
  const authority = await createAuthority(caName);
  writePair(ca, authority);
  for (const [files, spec] of leaves) writePair(files, await issueLeaf(authority, spec));
}

async function writeAll(files: ClusterPki, { name, ip, ipv4, ipv6 }: ClusterPlan): Promise<void> {
  const ips = [ip, ipv4.controlPlaneIp, ipv6.controlPlaneIp];
  await writeFamily(files.kubernetesCa, `${name} kubernetes`, [
    [
      files.apiServer,
      {
        commonName: "kube-apiserver",
        usages: ["server"],
        dnsNames: ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"],
        ips: [...ips, ...KUBERNETES_SERVICE_IPS],
      },
    ],
    [files.admin, { commonName: "admin", organization: "system:masters", usages: ["client"] }],
  ]);
  // etcd dials itself with its server certificate: both usages.
  const server = (etcd: string): LeafSpec => ({
    commonName: `${name} ${etcd}`,
    usages: ["server", "client"],
    dnsNames: ["localhost", `${name}.mesh.cilium.io`],
    ips,
  });
  await writeFamily(files.apiEtcd.ca, `${name} api etcd`, [
    [files.apiEtcd.server, server("api-etcd")],
    [files.apiEtcd.client, { commonName: "kube-apiserver", usages: ["client"] }],
  ]);
  await writeFamily(files.ciliumEtcd.ca, `${name} cilium etcd`, [
    [files.ciliumEtcd.server, server("cilium-etcd")],
    // With etcd's auth switched on, the common name is the user.
    [files.ciliumEtcd.client, { commonName: "root", usages: ["client"] }],
  ]);
  const token = await createTokenKeys();
  writePrivate(files.tokenKeyFile, token.privateKey);
  writePrivate(files.tokenPublicKeyFile, token.publicKey);
}

/** Makes a node's client certificate, as which its kubelet speaks to the API server, when it is not there. */
export async function ensureNodePki(pki: ClusterPki, files: PairFiles, node: string): Promise<void> {
  if (existsSync(files.certFile)) return;
  const { certFile, keyFile } = pki.kubernetesCa;
  const authority = { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  const pair = await issueLeaf(authority, {
    commonName: `system:node:${node}`,
    organization: "system:nodes",
    usages: ["client"],
  });
  writePrivate(files.keyFile, pair.key);
  writePrivate(files.certFile, pair.cert);
}

const pkiDir = (clusterDir: string): string => join(clusterDir, "pki");

/** Where a cluster's keys and certificates are, under `<clusterDir>/pki`, once {@link ensureClusterPki} has made them. */
export const clusterPki = (clusterDir: string): ClusterPki => filesIn(pkiDir(clusterDir));

/** Makes the cluster's keys and certificates when they are not there. Call it with the lab's lock held. */
export async function ensureClusterPki(clusterDir: string, plan: ClusterPlan): Promise<void> {
  const dir = pkiDir(clusterDir);
  if (existsSync(dir)) return;
  // Under another name until complete: a crash in between leaves no half set.
  const draft = `${dir}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  await writeAll(filesIn(draft), plan);
  renameSync(draft, dir);
}
