import { endpointKey } from "../../mesh/model/endpoint";
import { endpointsOf } from "../../mesh/model/mesh";
import { info, type Diagnostic } from "../../mesh/model/diagnostic";
import { clusterNames, listed } from "./listed";
import type { InspectedCluster } from "./policy";
import { unseen } from "./unseen";

/** `forbidden` for `forbiddenEndpoints`: the etcds that live API servers are started with, for all objects or for some kinds of them. */
export function liveApiServerEtcds(found: readonly InspectedCluster[]): ReadonlyMap<string, string> {
  const reasons = found.flatMap(({ cluster, live }) => {
    const whose = `of the API server of cluster ${JSON.stringify(cluster.name)}`;
    const reason = (url: string, text: string) =>
      endpointsOf([url]).map((endpoint): [string, string] => [endpointKey(endpoint), text]);
    return [
      ...live.apiServerOverrides.flatMap(({ resource, url }) => reason(url, `is an etcd ${whose} for ${resource}`)),
      ...live.apiServerEtcd.flatMap((url) => reason(url, `is the etcd ${whose}`)),
    ];
  });
  return new Map(reasons);
}

/** Whether anything is known of where an API server keeps its objects: an address, or that nobody could be sent there. */
const isSeen = (url: string): boolean => endpointsOf([url]).length > 0 || /^(http|unix|unixs):\/\/[^$]+$/.test(url);

/**
 * One line for the clusters whose API server's etcd cannot be seen: no pod of it is there, as in managed control planes, k3s or k0s, or its pods
 * do not say. A cluster that has `apiServerEtcd`, be it empty, has been thought of.
 */
export function unseenApiServerEtcds(found: readonly InspectedCluster[]): readonly Diagnostic[] {
  const hidden = found
    // Endpoints of a Service are no etcd's that a person has written down.
    .filter(({ cluster }) => cluster.publishes === "kvstore")
    .filter(({ cluster, live }) => cluster.apiServerEtcd === undefined && !live.apiServerEtcd.some(isSeen))
    .map(({ cluster }) => cluster.name);
  const reason = `is not given for ${clusterNames(hidden)}, and no kube-apiserver pod there names its etcd`;
  const fix =
    "list its endpoints in apiServerEtcd of each cluster, so that no peer is ever given the etcd of an API server; apiServerEtcd: [] where nobody could " +
    "name it (a managed control plane)";
  return hidden.length === 0 ? [] : [info({ property: "apiServerEtcd", reason, fix })];
}

/**
 * Endpoints that cannot be held against the etcd of the cluster's API server: one is a name and the other an address, and their ports are the
 * same. And etcds of some kinds of objects that the API server has from elsewhere.
 */
export function uncomparedEndpoints({ cluster, live }: InspectedCluster): readonly Diagnostic[] {
  if (cluster.publishes !== "kvstore") return [];
  const aliases = new Set(Object.keys(cluster.etcd.hostAliases ?? {}).map((host) => host.toLowerCase()));
  const known = endpointsOf([...live.apiServerEtcd, ...live.apiServerOverrides.map(({ url }) => url)]);
  const open =
    cluster.apiServerEtcd === undefined
      ? endpointsOf(cluster.etcd.endpoints).filter(
          ({ isIP, port, host }) =>
            !aliases.has(host) && known.some((other) => other.port === port && other.isIP !== isIP),
        )
      : [];
  const hidden = cluster.apiServerEtcd === undefined ? live.apiServerOverrides.filter(({ url }) => !isSeen(url)) : [];
  const urls = known.map(({ url }) => url);
  const why = `of its API server's etcd is known ${listed(urls, 2)}; apiServerEtcd is not given`;
  return [
    ...open.map(({ url }) => unseen(cluster.name, `endpoint ${url}`, why)),
    ...hidden.map(({ resource, url }) =>
      unseen(cluster.name, `the API server's etcd for ${resource}`, `it is given as ${url}`),
    ),
  ];
}
