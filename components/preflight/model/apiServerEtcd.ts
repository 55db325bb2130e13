import { endpointKey } from "../../mesh/model/endpoint";
import { endpointsOf } from "../../mesh/model/mesh";
import type { Problem } from "../../mesh/model/problem";
import { clusterNames, findings, listed, type Findings } from "./findings";
import type { InspectedCluster } from "./policy";

/** `forbidden` for `forbiddenEndpoints`: the etcds that live API servers say they use, for all objects or for some kinds of them. */
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
export function unseenApiServerEtcds(found: readonly InspectedCluster[]): readonly Problem[] {
  const unseen = found
    .filter(({ cluster, live }) => cluster.apiServerEtcd === undefined && !live.apiServerEtcd.some(isSeen))
    .map(({ cluster }) => cluster.name);
  return unseen.length === 0
    ? []
    : [
        {
          property: "apiServerEtcd",
          reason: `is not given for ${clusterNames(unseen)}, and no kube-apiserver pod there names its etcd`,
          fix: "list its endpoints, so that no peer is ever given the etcd of an API server; [] where nobody could name it (a managed control plane)",
        },
      ];
}

/**
 * Endpoints that cannot be held against the etcd of the cluster's API server: one is a name and the other an address, and their ports are the
 * same. And etcds of some kinds of objects that the API server has from elsewhere.
 */
export function uncomparedEndpoints({ cluster, live }: InspectedCluster): Findings {
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
  return findings({
    unseen: [
      ...open.map(({ url }) => ({
        cluster: cluster.name,
        what: `endpoint ${url}`,
        why: `of its API server's etcd is known ${listed(
          known.map((other) => other.url),
          2,
        )}; apiServerEtcd is not given`,
      })),
      ...hidden.map(({ resource, url }) => ({
        cluster: cluster.name,
        what: `the API server's etcd for ${resource}`,
        why: `it is given as ${url}`,
      })),
    ],
  });
}
