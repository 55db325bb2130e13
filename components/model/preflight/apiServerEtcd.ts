import { endpointKey } from "../endpoint";
import { endpointsOf } from "../mesh";
import type { Problem } from "../problem";
import { clusterNames } from "./findings";
import type { Found } from "./policy";

/** `forbidden` for `forbiddenEndpoints`: the etcds that live API servers say they use. */
export function liveApiServerEtcds(found: readonly Found[]): ReadonlyMap<string, string> {
  return new Map(
    found.flatMap(({ member, live }) =>
      endpointsOf(live.apiServerEtcd).map((endpoint): [string, string] => [
        endpointKey(endpoint),
        `is the etcd of the API server of cluster ${JSON.stringify(member.name)}`,
      ]),
    ),
  );
}

/** Whether anything is known of where an API server keeps its objects: an address, or that nobody could be sent there. */
const isSeen = (url: string): boolean => endpointsOf([url]).length > 0 || /^(http|unix|unixs):\/\/[^$]+$/.test(url);

/**
 * One line for the clusters whose API server's etcd cannot be seen: no pod of it is there, as in managed control planes, k3s or k0s, or its pods
 * do not say. A cluster that has `apiServerEtcd`, be it empty, has been thought of.
 */
export function unseenApiServerEtcds(found: readonly Found[]): readonly Problem[] {
  const unseen = found
    .filter(({ member, live }) => member.apiServerEtcd === undefined && !live.apiServerEtcd.some(isSeen))
    .map(({ member }) => member.name);
  return unseen.length === 0
    ? []
    : [
        {
          property: "apiServerEtcd",
          reason: `is not given for ${clusterNames(unseen)}, and no kube-apiserver pod there names its etcd`,
          allowed:
            "list its endpoints, so that no peer is ever given the etcd of an API server; [] where nobody could name it (a managed control plane)",
        },
      ];
}
