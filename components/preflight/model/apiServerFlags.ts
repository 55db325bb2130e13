import { isOn } from "../../cilium/model/agentBoolean";
import { flagsOf, listFlag, type CommandLine } from "../../kubernetes/model/commandLine";
import { isIPAddress } from "../../mesh/model/cidr";

const LOOPBACK = /^(https?:\/\/)(127\.\d+\.\d+\.\d+|localhost|\[::1\])(?=:|\/|$)/i;

const inURL = (address: string): string => (address.includes(":") ? `[${address}]` : address);

/**
 * The URLs under which a peer could be given an etcd of an API server.
 *
 * @param hosts Addresses of the pod's host. Where the API server finds its etcd at a loopback address, as kubeadm sets it up, it runs on the
 *   same host, and these are the addresses under which others reach it.
 */
function seenFromOutside(url: string, hosts: readonly string[]): readonly string[] {
  const addresses = hosts.filter(isIPAddress);
  return addresses.length > 0 && LOOPBACK.test(url)
    ? addresses.map((address) => url.replace(LOOPBACK, (_, scheme: string) => `${scheme}${inURL(address)}`))
    : [url];
}

/** The URLs that a kube-apiserver has in `--etcd-servers`, as a peer would reach them from outside the host with these addresses. */
export function etcdServers(container: CommandLine, hosts: readonly string[]): readonly string[] {
  return listFlag(container, "etcd-servers").flatMap((url) => seenFromOutside(url, hosts));
}

/** An etcd in which an API server keeps one kind of objects only. */
export interface EtcdOverride {
  /** Group and resource, such as `/events`. */
  readonly resource: string;
  readonly url: string;
}

/** What a kube-apiserver has in `--etcd-servers-overrides` (`group/resource#url;url`), as {@link etcdServers} has its URLs. */
export function etcdOverrides(container: CommandLine, hosts: readonly string[]): readonly EtcdOverride[] {
  return listFlag(container, "etcd-servers-overrides").flatMap((override) => {
    const [resource = "", servers = ""] = override.split(/#(.*)/s);
    const urls = servers.split(";").map((url) => url.trim());
    return urls
      .filter((url) => url !== "")
      .flatMap((url) => seenFromOutside(url, hosts))
      .map((url) => ({ resource, url }));
  });
}

/** The ranges that a kube-apiserver takes addresses of Services from. */
export function serviceRanges(container: CommandLine): readonly string[] {
  return listFlag(container, "service-cluster-ip-range");
}

/** The ranges out of which a kube-controller-manager gives nodes theirs, where it does. */
export function nodeRanges(container: CommandLine): readonly string[] {
  return isOn(flagsOf(container).get("allocate-node-cidrs")) ? listFlag(container, "cluster-cidr") : [];
}
