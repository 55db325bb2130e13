import { isCertified, wayIn, type WayIn } from "../../apiserver/model/wayIn";
import { APISERVER } from "../../apiserver/model/objects";
import { compact } from "../../basics/model/lists";
import { own } from "../../basics/model/own";
import { canonicalIP, isIPAddress } from "../../mesh/model/cidr";
import { error, warning, type Diagnostic } from "../../mesh/model/diagnostic";
import type { Endpoint } from "../../mesh/model/endpoint";
import { endpointsOf } from "../../mesh/model/mesh";
import { meshHostName } from "../../mesh/model/names";
import { entrancesOf, NODES, SERVING_PODS } from "./entrances";
import { giveValues } from "./helmCommand";
import type { InspectedApiserver } from "./inspectedApiserver";
import { listed } from "./listed";
import type { PreflightPolicy } from "./policy";
import { unseen } from "./unseen";

type Policy = Pick<PreflightPolicy, "cilium" | "recorded">;

const serviceName = ({ cilium }: Policy): string => `Service ${cilium.namespace}/${APISERVER}`;

/** What the Service of a clustermesh-apiserver tells of the way in; `undefined` where it is not there, as where it is made by hand. */
function found({ cluster, live }: InspectedApiserver, { recorded }: Policy): WayIn | undefined {
  const { service, server } = live.apiserver ?? {};
  return service && wayIn(cluster.name, service, entrancesOf(cluster.name, live, recorded), server?.dnsNames);
}

/** No way in is found, and none is written down. */
function noWayIn(each: InspectedApiserver, policy: Policy, way: WayIn | undefined): readonly Diagnostic[] {
  const at = { cluster: each.cluster.name, property: serviceName(policy) };
  if (way === undefined) {
    const host = meshHostName(each.cluster.name);
    const reason = "is not there, or has no port: how peers reach its etcd is not known";
    const fix = `write apiserver.endpoints [https://${host}:<port>] and apiserver.hostAliases {${host}: [its addresses]}`;
    return [error({ ...at, reason, fix })];
  }
  return way.kind === "found" ? [] : [error({ ...at, reason: way.reason, fix: way.fix })];
}

/** The addresses under which the Service of a cluster answers. */
function serving({ live }: InspectedApiserver): ReadonlySet<string> {
  const { service } = live.apiserver ?? {};
  const nodes = (live.network?.nodes ?? []).flatMap(({ addresses, externalIPs = [] }) => [
    ...addresses,
    ...externalIPs,
  ]);
  const all = service?.type === "LoadBalancer" ? service.ingress.addresses : nodes;
  return new Set(all.filter(isIPAddress).map(canonicalIP));
}

/** The addresses that a written endpoint leads to; nothing where DNS decides. */
function leadsTo(endpoint: Endpoint, hostAliases: Readonly<Record<string, readonly string[]>>): readonly string[] {
  if (endpoint.isIP) return [endpoint.host];
  const byHost = Object.fromEntries(Object.entries(hostAliases).map(([host, ips]) => [host.toLowerCase(), ips]));
  return (own(byHost, endpoint.host) ?? []).filter(isIPAddress).map(canonicalIP);
}

/** Endpoints that are written down and are not those that the Service tells: they may lead there all the same, and they are what is used. */
function differing(each: InspectedApiserver, policy: Policy, way: WayIn | undefined): readonly Diagnostic[] {
  const { cluster } = each;
  const { endpoints = [], hostAliases = {} } = cluster.written ?? {};
  if (way?.kind !== "found") return [];
  const [told] = endpointsOf(way.endpoints);
  const known = serving(each);
  const at = { cluster: cluster.name, property: "apiserver.endpoints" };
  const fix = "what is written is used: see that it leads to this cluster's clustermesh-apiserver, or remove it";
  return endpointsOf(endpoints).flatMap((endpoint) => {
    const addresses = leadsTo(endpoint, hostAliases);
    const strangers = addresses.filter((address) => !known.has(address));
    const isSeen = addresses.length > 0 && known.size > 0;
    const isOther = isSeen && strangers.length > 0;
    const isUnknown = !isSeen && endpoint.host !== told?.host;
    return compact([
      told !== undefined &&
        endpoint.port !== told.port &&
        warning({
          ...at,
          value: endpoint.url,
          reason: `has another port than ${serviceName(policy)}, which is reached by ${told.port}`,
          fix,
        }),
      isOther &&
        warning({
          ...at,
          value: endpoint.url,
          reason: `leads to ${listed(strangers)}, and ${serviceName(policy)} is reached by ${listed([...known])}`,
          fix,
        }),
      isUnknown && unseen(cluster.name, `endpoint ${endpoint.url}`, "DNS knows where it, or the load balancer, leads"),
    ]);
  });
}

/** What of its nodes could not be looked at, and so has not decided by which of them peers come. */
function unseenNodes({ cluster, live }: InspectedApiserver): readonly Diagnostic[] {
  const { unread = {} } = live.network ?? {};
  return [NODES, SERVING_PODS].flatMap((kind) => {
    const reason = own(unread, kind);
    const what = kind === NODES ? "which nodes are ready" : `which nodes have ${SERVING_PODS}`;
    return reason === undefined ? [] : [unseen(cluster.name, `${what}, by which peers come`, reason)];
  });
}

/** Hosts that peers dial and that the server certificate is not for. */
function uncertified(
  each: InspectedApiserver,
  { cilium }: Policy,
  endpoints: readonly string[],
): readonly Diagnostic[] {
  const { cluster, live } = each;
  const server = live.apiserver?.server;
  if (server === undefined) return [];
  const addresses = new Set(server.ipAddresses.filter(isIPAddress).map(canonicalIP));
  const missing = endpointsOf(endpoints).filter(({ host, isIP }) =>
    isIP ? !addresses.has(host) : !isCertified(host, server.dnsNames),
  );
  return missing.map(({ url, host, isIP }) => {
    const value = `clustermesh.apiserver.tls.auto.server.${isIP ? "extraIpAddresses" : "extraDnsNames"}={${host}}`;
    return error({
      cluster: cluster.name,
      property: "apiserver.endpoints",
      value: url,
      reason: `is not what its server certificate is for (${listed([...server.dnsNames, ...server.ipAddresses])})`,
      fix:
        `write https://${meshHostName(cluster.name)}:<port> with an apiserver.hostAliases for its addresses, or ` +
        giveValues(live, cilium, [`"${value}"`]),
    });
  });
}

/** How peers reach the etcd of a clustermesh-apiserver: that they do, that what is written down fits, and that the certificate is for it. */
export function apiserverWayIn(each: InspectedApiserver, policy: Policy): readonly Diagnostic[] {
  const way = found(each, policy);
  const { endpoints } = each.cluster.written ?? {};
  const dialled = endpoints ?? (way?.kind === "found" ? way.endpoints : []);
  return [
    ...(endpoints === undefined ? noWayIn(each, policy, way) : differing(each, policy, way)),
    ...uncertified(each, policy, dialled),
    ...(endpoints === undefined ? unseenNodes(each) : []),
  ];
}
