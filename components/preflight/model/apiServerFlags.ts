import { flagsOf, type CommandLine } from "../../kubernetes/model/commandLine";
import { isIPAddress } from "../../mesh/model/cidr";

const LOOPBACK = /^(https?:\/\/)(127\.\d+\.\d+\.\d+|localhost|\[::1\])(?=:|\/|$)/i;

const inURL = (address: string): string => (address.includes(":") ? `[${address}]` : address);

/**
 * The URLs that a kube-apiserver has in `--etcd-servers`.
 *
 * @param hosts Addresses of the pod's host. Where the API server finds its etcd at a loopback address, as kubeadm sets it up, it runs on the
 *   same host, and these are the addresses under which a peer could be given it.
 */
export function etcdServers(container: CommandLine, hosts: readonly string[]): readonly string[] {
  const urls = (flagsOf(container).get("etcd-servers") ?? "").split(",").map((url) => url.trim());
  const addresses = hosts.filter(isIPAddress);
  return urls
    .filter((url) => url !== "")
    .flatMap((url) =>
      addresses.length > 0 && LOOPBACK.test(url)
        ? addresses.map((address) => url.replace(LOOPBACK, (_, scheme: string) => `${scheme}${inURL(address)}`))
        : [url],
    );
}

/** The ranges that a kube-apiserver takes addresses of Services from. */
export function serviceRanges(container: CommandLine): readonly string[] {
  return (flagsOf(container).get("service-cluster-ip-range") ?? "").split(",").filter((range) => range !== "");
}
