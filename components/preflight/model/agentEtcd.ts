import { compact } from "../../basics/model/lists";
import { isIPAddress } from "../../mesh/model/cidr";
import { warning, type Diagnostic } from "../../mesh/model/diagnostic";
import { endpointKey, parseEndpoint } from "../../mesh/model/endpoint";
import { endpointsOf, type Cluster } from "../../mesh/model/mesh";
import { etcdListeners, listenersOf } from "../../mesh/model/validateEndpoints";
import { agentEndpoints, isInside, readEndpoint } from "./agentEndpoints";
import { listed } from "./listed";
import type { InspectedCluster } from "./policy";
import { sharedEtcds } from "./sharedEtcds";
import { unseen } from "./unseen";

/** Declared endpoints that no agent uses, where others are theirs: peers take any of them. */
function unusedEndpoints({ cluster }: InspectedCluster, urls: readonly string[]): readonly Diagnostic[] {
  const used = urls.flatMap((url) => {
    const parsed = readEndpoint(url);
    return parsed.ok ? [parsed.endpoint] : [];
  });
  const keys = new Set(used.flatMap((endpoint) => [endpointKey(endpoint), ...listenersOf(cluster.etcd, endpoint)]));
  const unused = endpointsOf(cluster.etcd.endpoints)
    .map((endpoint) => ({ ...endpoint, listeners: listenersOf(cluster.etcd, endpoint) }))
    .filter((endpoint) => ![endpointKey(endpoint), ...endpoint.listeners].some((key) => keys.has(key)));
  const isAddress = ({ listeners }: (typeof unused)[number]) =>
    listeners.every((key) => isIPAddress(key.split("|")[0] ?? "")) && used.every(({ isIP }) => isIP);
  const addresses = unused.filter(isAddress).map(({ url }) => url);
  const reason = `${addresses.length === 1 ? "is" : "are"} used by no agent of this cluster (live etcd-config: ${listed(urls)})`;
  const fix =
    "peers that take it find nothing unless it leads to the same etcd, as the address of a load balancer does: remove it otherwise";
  return compact([
    addresses.length > 0 &&
      warning({ cluster: cluster.name, property: "etcd.endpoints", value: addresses, reason, fix }),
    ...unused
      .filter((endpoint) => !isAddress(endpoint))
      .map(({ url }) => unseen(cluster.name, `endpoint ${url}`, "no agent uses it, and one of them is a name")),
  ]);
}

/**
 * The etcd that peers are sent to, and the one that a cluster's agents write to. The same listener may have several addresses, so another one is a
 * warning and no more.
 */
function agentEtcd(each: InspectedCluster): readonly Diagnostic[] {
  const { cluster, live } = each;
  const used = agentEndpoints(live);
  // Endpoints that are not known yet are reported where they are read.
  if (used === undefined || cluster.etcd.endpoints.length === 0) return [];
  const what = "the agents' etcd";
  if ("why" in used) return [unseen(cluster.name, what, used.why)];
  const { urls } = used;
  const declared = new Set(etcdListeners(cluster.etcd));
  const isDeclared = (url: string) => {
    const parsed = parseEndpoint(url.replace(/\/$/, ""));
    return parsed.ok && declared.has(endpointKey(parsed.endpoint));
  };
  if (urls.some(isDeclared)) return unusedEndpoints(each, urls);
  if (urls.length > 0 && urls.every((url) => isInside(url, live))) {
    return [unseen(cluster.name, what, `${listed(urls)} is an address inside the cluster`)];
  }
  return [
    warning({
      cluster: cluster.name,
      property: "etcd.endpoints",
      value: cluster.etcd.endpoints,
      reason: `are not those that its agents use (live etcd-config: ${listed(urls)})`,
      fix: "peers would find nothing in an etcd that this cluster does not write to: name the same etcd, or make sure that both lead to it",
    }),
  ];
}

/** The etcds that the agents of all clusters use: each cluster's are those that its peers are sent to, and no other cluster's. */
export function agentEtcds(found: readonly InspectedCluster[], clusters: readonly Cluster[]): readonly Diagnostic[] {
  const shared = sharedEtcds(found, clusters);
  const isTold = new Set(shared.map((each) => each.cluster));
  // What is wrong with its etcd is said once.
  const withOwn = found.filter(({ cluster }) => cluster.publishes === "kvstore" && !isTold.has(cluster.name));
  return [...shared, ...withOwn.flatMap(agentEtcd)];
}
