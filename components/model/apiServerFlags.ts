import { isIPAddress } from "./cidr";

/** The command line of a container, as its pod has it. */
export interface CommandLine {
  readonly command?: readonly string[] | undefined;
  readonly args?: readonly string[] | undefined;
}

/** `--etcd-servers=…` or `--etcd-servers …`, on its own or inside a shell's command; not `--etcd-servers-overrides`. */
const ETCD_SERVERS = /--etcd-servers[=\s]\s*["']?([^\s"']+)/g;

const LOOPBACK = /^(https?:\/\/)(127\.\d+\.\d+\.\d+|localhost|\[::1\])(?=:|\/|$)/i;

/**
 * The URLs that a kube-apiserver has in `--etcd-servers`.
 *
 * @param hostIP Address of the pod's host. Where the API server finds its etcd at a loopback address, as kubeadm sets it up, it runs on
 *   the same host, and this is the address under which a peer could be given it.
 */
export function etcdServers(container: CommandLine, hostIP: string | undefined): readonly string[] {
  const line = [...(container.command ?? []), ...(container.args ?? [])].join("\n");
  const urls = [...line.matchAll(ETCD_SERVERS)].flatMap((match) => (match[1] ?? "").split(","));
  const host = hostIP === undefined || !isIPAddress(hostIP) ? undefined : hostIP.includes(":") ? `[${hostIP}]` : hostIP;
  return urls
    .filter((url) => url !== "")
    .map((url) => (host === undefined ? url : url.replace(LOOPBACK, (_, scheme: string) => `${scheme}${host}`)));
}
