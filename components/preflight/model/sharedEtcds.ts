import type { Endpoint } from "../../mesh/model/endpoint";
import { endpointsOf, type Cluster } from "../../mesh/model/mesh";
import { error, warning, type Diagnostic } from "../../mesh/model/diagnostic";
import { etcdListeners, listenersOf } from "../../mesh/model/validateEndpoints";
import { agentEndpoints, isInside, readEndpoint } from "./agentEndpoints";
import type { InspectedCluster } from "./policy";

/** An endpoint that a cluster's agents use, with the keys of its listeners. */
interface Used {
  readonly cluster: Cluster;
  readonly url: string;
  readonly endpoint: Endpoint;
  readonly keys: readonly string[];
}

/** The endpoints that agents use, but for those that mean another thing in another cluster. */
function usedEndpoints({ cluster, live }: InspectedCluster): readonly Used[] {
  const used = agentEndpoints(live);
  return (used !== undefined && "urls" in used ? used.urls : [])
    .filter((url) => !isInside(url, live))
    .flatMap((url) => {
      const parsed = readEndpoint(url);
      return parsed.ok
        ? [{ cluster, url, endpoint: parsed.endpoint, keys: listenersOf(cluster.etcd, parsed.endpoint) }]
        : [];
    });
}

const WHY = "each cluster needs an etcd of its own: agents of two clusters in one overwrite each other's state";

/**
 * Agents that use the etcd of another cluster, by what that one has declared or by what its agents use. What both have declared is reported with the
 * configuration.
 */
export function sharedEtcds(found: readonly InspectedCluster[], clusters: readonly Cluster[]): readonly Diagnostic[] {
  const declared = clusters.map((cluster) => ({
    name: cluster.name,
    keys: new Set(endpointsOf(cluster.etcd.endpoints).flatMap((endpoint) => listenersOf(cluster.etcd, endpoint))),
  }));
  const firstUser = new Map<string, string>();
  const told = found.flatMap((each) => {
    const { name } = each.cluster;
    const own = new Set(etcdListeners(each.cluster.etcd));
    const shared = usedEndpoints(each).flatMap(({ url, endpoint, keys }) => {
      const users = keys.flatMap((key) => firstUser.get(key) ?? []);
      keys.forEach((key) => firstUser.set(key, firstUser.get(key) ?? name));
      if (keys.some((key) => own.has(key))) return [];
      const owner = declared.find((other) => other.name !== name && keys.some((key) => other.keys.has(key)))?.name;
      const user = users.find((other) => other !== name);
      return owner === undefined && user === undefined ? [] : [{ url, isIP: endpoint.isIP, owner, user }];
    });
    const [first] = shared.toSorted((a, b) => Number(a.owner === undefined) - Number(b.owner === undefined));
    return first === undefined ? [] : [{ name, ...first }];
  });
  return told.map(({ name, url, isIP, owner, user }) => {
    const at = { cluster: name, property: "live etcd-config", value: url };
    if (owner !== undefined) {
      return error({ ...at, reason: `is an endpoint of cluster ${JSON.stringify(owner)}`, fix: WHY });
    }
    const reason = `is what the agents of cluster ${JSON.stringify(user)} use, too`;
    // An agent that dials a peer by a name dials it by the same DNS as its own etcd; agents of two clusters may have one each.
    return isIP
      ? error({ ...at, reason, fix: WHY })
      : warning({ ...at, reason, fix: `see that it is another etcd by the DNS of each of them: ${WHY}` });
  });
}
