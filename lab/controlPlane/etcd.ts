import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { hasApiserver } from "../ciliumObjects/setup";
import type { EtcdPorts } from "../clusterPlan";
import { assertRunning, ensureDaemon, stopDaemon, type DaemonSpec } from "../host/daemon";
import { ask } from "../host/httpsGet";
import { urlHost } from "../host/place";
import { waitFor } from "../host/waitFor";
import type { EtcdPki } from "../pki/clusterPki";
import type { ClusterSite } from "./cluster";

const READY_MS = 60_000;

/** The API server's etcd, or the one that Cilium keeps its state in; they share nothing. */
export type EtcdName = "api-etcd" | "cilium-etcd";

/** The etcds that a cluster runs: where identities are in CustomResourceDefinitions, Cilium has none of its own. */
export const etcdsOf = ({ cilium }: ClusterSite): readonly EtcdName[] =>
  hasApiserver(cilium.mode) ? ["api-etcd"] : ["api-etcd", "cilium-etcd"];

/** What an etcd shows to its clients and which of theirs it trusts; PEM files, the last may be a bundle. */
export interface EtcdTls {
  readonly certFile: string;
  readonly keyFile: string;
  readonly trustedCaFile: string;
}

const portsOf = ({ ports }: ClusterSite, name: EtcdName): EtcdPorts =>
  name === "api-etcd" ? ports.apiEtcd : ports.ciliumEtcd;

/** The etcd's own authority and certificates, as the lab made them. */
export const etcdPki = ({ pki }: ClusterSite, name: EtcdName): EtcdPki =>
  name === "api-etcd" ? pki.apiEtcd : pki.ciliumEtcd;

const clientUrl = (site: ClusterSite, name: EtcdName, ip: string): string =>
  `https://${urlHost(ip)}:${portsOf(site, name).client}`;

/** Where agents and API servers of its own cluster find this etcd. */
export const etcdEndpoint = (site: ClusterSite, name: EtcdName): string => clientUrl(site, name, site.place.ip);

/** Where agents of peers find it: by IPv6, where the cluster has both families. */
export const etcdPeerEndpoint = (site: ClusterSite, name: EtcdName): string =>
  clientUrl(site, name, site.place.otherIps[0] ?? site.place.ip);

/** Where programs of this machine find it. */
export const etcdDialEndpoint = (site: ClusterSite, name: EtcdName): string => clientUrl(site, name, site.place.dialIp);

/** The TLS files that the lab made for this etcd. */
export const ownTls = (site: ClusterSite, name: EtcdName): EtcdTls => {
  const { server, ca } = etcdPki(site, name);
  return { ...server, trustedCaFile: ca.certFile };
};

/** Files that replace the lab's own live here, as copies: the etcd can start again when the originals are gone. */
const servedTls = (site: ClusterSite, name: EtcdName): { readonly dir: string; readonly files: EtcdTls } => {
  const dir = join(site.dir, `${name}-tls`);
  const [certFile, keyFile, trustedCaFile] = [join(dir, "server.crt"), join(dir, "server.key"), join(dir, "ca.crt")];
  return { dir, files: { certFile, keyFile, trustedCaFile } };
};

/** Command line of one single-member etcd. The raft port stays on the lab's own certificates whatever clients see. */
export function etcdCommand(etcd: string, site: ClusterSite, name: EtcdName, tls: EtcdTls): string[] {
  const { ip, otherIps } = site.place;
  const { peer, health } = portsOf(site, name);
  const { server, ca } = etcdPki(site, name);
  const [client, raft] = [etcdEndpoint(site, name), `https://${urlHost(ip)}:${peer}`];
  const clients = [ip, ...otherIps].map((each) => clientUrl(site, name, each));
  return [
    etcd,
    `--name=${site.plan.name}`,
    `--data-dir=${join(site.dir, `${name}-data`)}`,
    `--listen-client-urls=${clients.join(",")}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${raft}`,
    `--initial-advertise-peer-urls=${raft}`,
    `--initial-cluster=${site.plan.name}=${raft}`,
    `--listen-metrics-urls=http://${urlHost(ip)}:${health}`,
    `--cert-file=${tls.certFile}`,
    `--key-file=${tls.keyFile}`,
    "--client-cert-auth",
    `--trusted-ca-file=${tls.trustedCaFile}`,
    `--peer-cert-file=${server.certFile}`,
    `--peer-key-file=${server.keyFile}`,
    "--peer-client-cert-auth",
    `--peer-trusted-ca-file=${ca.certFile}`,
    // Data of a lab is worth nothing after it; small and quick matter.
    "--unsafe-no-fsync",
    "--snapshot-count=5000",
    "--heartbeat-interval=50",
    "--election-timeout=500",
    "--logger=zap",
    "--log-outputs=stderr",
  ];
}

function daemonOf(etcd: string, site: ClusterSite, name: EtcdName): DaemonSpec {
  const served = servedTls(site, name);
  const tls = existsSync(served.dir) ? served.files : ownTls(site, name);
  const { dir, labDir, place } = site;
  return { name, dir, labDir, place, command: etcdCommand(etcd, site, name, tls) };
}

/** Starts the etcd unless it runs, and waits until it is healthy (it has a leader and can commit). */
export async function startEtcd(etcd: string, site: ClusterSite, name: EtcdName): Promise<void> {
  const daemon = daemonOf(etcd, site, name);
  await ensureDaemon(daemon);
  const url = `http://${site.place.dialIp}:${portsOf(site, name).health}/health`;
  await waitFor(`${site.plan.name}: ${name} healthy at ${url}`, READY_MS, async (note) => {
    assertRunning(daemon);
    const answer = await ask(url);
    if (answer.kind === "answered" && answer.body.includes('"health":"true"')) return true;
    note(answer.kind === "answered" ? answer.body : answer.reason);
    return undefined;
  });
}

/** Ends the etcd; its data stays. */
export const stopEtcd = (site: ClusterSite, name: EtcdName): Promise<void> => stopDaemon(site.dir, name);

/** Gives the etcd other TLS files, as copies. It reads certificate and key at each handshake, and whom it trusts only when it starts. */
export function replaceTls(site: ClusterSite, name: EtcdName, tls: EtcdTls): void {
  const { dir, files } = servedTls(site, name);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const [from, to] of [
    [tls.keyFile, files.keyFile],
    [tls.certFile, files.certFile],
    [tls.trustedCaFile, files.trustedCaFile],
  ] as const) {
    const draft = `${to}.new`;
    copyFileSync(from, draft);
    chmodSync(draft, 0o600);
    renameSync(draft, to);
  }
}

/** Starts the etcd again with the same data, with other TLS files when they are given; those stay until others are given. */
export async function restartEtcd(etcd: string, site: ClusterSite, name: EtcdName, tls?: EtcdTls): Promise<void> {
  await stopEtcd(site, name);
  if (tls !== undefined) replaceTls(site, name, tls);
  await startEtcd(etcd, site, name);
}
