import { meshHostName } from "../../mesh/model/names";
import { entryAddresses, usable, type Entrances } from "./entryNodes";
import type { ApiserverService } from "./liveApiserver";

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

const LOCAL = "externalTrafficPolicy Local";

function byNodePort(name: string, { nodePort, isLocal }: ApiserverService, entrances: Entrances): WayIn {
  if (nodePort === undefined) {
    return {
      kind: "none",
      reason: "is of type NodePort and has no such port",
      fix: `see why the cluster has given it none, or ${write(name, "<port>", "its addresses")}`,
    };
  }
  const found = entryAddresses(entrances, isLocal === true);
  const written = write(name, nodePort, "addresses of nodes");
  switch (found.kind) {
    case "found":
      return byName(name, nodePort, found.addresses);
    case "unknown":
      return { kind: "none", reason: "is of type NodePort, and no address of a node is known", fix: written };
    case "notReady":
      return {
        kind: "none",
        reason: `is of type NodePort, and no node is ready and stays (${found.nodes.join(", ")})`,
        fix: `see what kubectl get nodes says; once one is ready, its address is taken; or ${written}`,
      };
    case "notServing":
      return {
        kind: "none",
        reason: `is of type NodePort with ${LOCAL}, and no node that is ready has a pod of it: only such a node would answer`,
        fix: `see where its pods are, or set externalTrafficPolicy of the Service to Cluster, by which every node answers; or ${written}`,
      };
  }
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
  entrances: Entrances,
  certified: readonly string[] = [],
): WayIn {
  if (service.type === "LoadBalancer") return byLoadBalancer(name, service, certified);
  if (service.type === "NodePort") return byNodePort(name, service, entrances);
  return {
    kind: "none",
    reason: `is of type ${service.type}, and so reached inside its cluster alone`,
    fix: `set clustermesh.apiserver.service.type to LoadBalancer or NodePort; or, where there is another way in, ${write(name, "<port>", "its addresses")}`,
  };
}
