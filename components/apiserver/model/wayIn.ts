import { canonicalIP, contains, addressRange, rangesOf } from "../../mesh/model/cidr";
import { meshHostName } from "../../mesh/model/names";
import type { ApiserverService } from "./liveApiserver";

/** A node, by the addresses under which it is reached. */
export interface ReachedNode {
  readonly name: string;
  /** As the other nodes of its cluster reach it. */
  readonly addresses: readonly string[];
  /** As it is reached from other networks. */
  readonly externalIPs?: readonly string[];
}

/** How peers reach the etcd of a clustermesh-apiserver, or why its Service does not tell. */
export type WayIn =
  | {
      readonly kind: "found";
      readonly endpoints: readonly string[];
      readonly hostAliases: Readonly<Record<string, readonly string[]>>;
    }
  | {
      readonly kind: "none";
      /** A sentence's end: the Service …. */
      readonly reason: string;
      /** What a person does about it. */
      readonly fix: string;
    };

/** Agents try the addresses behind a name one after the other, in any order: a few that answer are enough. */
const MOST_NODES = 3;

/** Addresses that lead nowhere else, or back to who dials them. */
const NOWHERE = rangesOf(["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10"]);

function usable(addresses: readonly string[]): readonly string[] {
  const ranges = addresses.flatMap((address) => addressRange(address) ?? []);
  const outside = ranges.filter((range) => !NOWHERE.some((nowhere) => contains(nowhere, range)));
  return [...new Set(outside.map(({ text }) => canonicalIP(text.split("/")[0] ?? "")))];
}

const isV6 = (address: string): boolean => address.includes(":");

/** An address of each family. */
const oneOfEach = (addresses: readonly string[]): readonly string[] =>
  [addresses.find((each) => !isV6(each)), addresses.find(isV6)].flatMap((each) => each ?? []);

/** The addresses of some nodes: of those that have one for other networks, if any has; by name, so that a run finds what the last one found. */
function nodeAddresses(nodes: readonly ReachedNode[]): readonly string[] {
  const of = (read: (node: ReachedNode) => readonly string[]) =>
    nodes.map((node) => ({ name: node.name, addresses: oneOfEach(usable(read(node))) }));
  const has = ({ addresses }: { readonly addresses: readonly string[] }) => addresses.length > 0;
  const external = of(({ externalIPs = [] }) => externalIPs).filter(has);
  const chosen = external.length > 0 ? external : of(({ addresses }) => addresses).filter(has);
  return chosen
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, MOST_NODES)
    .flatMap(({ addresses }) => addresses);
}

/** Whether a certificate for these names is one for this host. */
export function isCertified(host: string, dnsNames: readonly string[]): boolean {
  const name = host.toLowerCase();
  return dnsNames
    .map((each) => each.toLowerCase())
    .some((each) => each === name || (each.startsWith("*.") && each.slice(1) === name.slice(name.indexOf("."))));
}

function byName(name: string, port: number, addresses: readonly string[]): WayIn {
  const host = meshHostName(name);
  return { kind: "found", endpoints: [`https://${host}:${port}`], hostAliases: { [host]: addresses } };
}

/** What to write where nothing is found. */
function write(name: string, port: number | string, addresses: string): string {
  const host = meshHostName(name);
  return `write apiserver.endpoints [https://${host}:${port}] and apiserver.hostAliases {${host}: [${addresses}]}`;
}

function byLoadBalancer(name: string, { port, ingress }: ApiserverService, certified: readonly string[]): WayIn {
  const addresses = usable(ingress.addresses);
  if (addresses.length > 0) return byName(name, port, addresses);
  const [first] = ingress.hostnames;
  if (first === undefined) {
    return {
      kind: "none",
      reason: "is a LoadBalancer without an address",
      fix: `wait until the cluster has given it one, or ${write(name, port, "its address")}`,
    };
  }
  const hostname = ingress.hostnames.find((each) => isCertified(each, certified));
  if (hostname !== undefined) {
    return { kind: "found", endpoints: [`https://${hostname}:${port}`], hostAliases: {} };
  }
  return {
    kind: "none",
    reason: `is reached by the name ${first}, which its server certificate does not have`,
    fix:
      `add it to the certificate (clustermesh.apiserver.tls.auto.server.extraDnsNames), and this name is taken; ` +
      `or, where the addresses behind it stay, ${write(name, port, "those addresses")}`,
  };
}

/**
 * Finds out how peers reach the etcd of a cluster's clustermesh-apiserver: by `<name>.mesh.cilium.io`, which its server certificate has, with the
 * addresses of its load balancer or of some nodes behind it.
 *
 * @param certified The DNS names of the server certificate: a load balancer that has a name and no address is dialled by that only if it is among them.
 */
export function wayIn(
  name: string,
  service: ApiserverService,
  nodes: readonly ReachedNode[],
  certified: readonly string[] = [],
): WayIn {
  if (service.type === "LoadBalancer") return byLoadBalancer(name, service, certified);
  if (service.type !== "NodePort") {
    return {
      kind: "none",
      reason: `is of type ${service.type}, and so reached inside its cluster alone`,
      fix: `set clustermesh.apiserver.service.type to LoadBalancer or NodePort; or, where there is another way in, ${write(name, "<port>", "its addresses")}`,
    };
  }
  if (service.nodePort === undefined) {
    return {
      kind: "none",
      reason: "is of type NodePort and has no such port",
      fix: `see why the cluster has given it none, or ${write(name, "<port>", "its addresses")}`,
    };
  }
  const addresses = nodeAddresses(nodes);
  return addresses.length > 0
    ? byName(name, service.nodePort, addresses)
    : {
        kind: "none",
        reason: "is of type NodePort, and no address of a node is known",
        fix: write(name, service.nodePort, "addresses of nodes"),
      };
}
