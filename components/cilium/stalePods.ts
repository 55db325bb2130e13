import { errorMessage } from "../basics/errorMessage";
import { progress } from "../command/protocol";
import { withEach } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { MaxConnectedClusters } from "../mesh/model/mesh";
import { agentPods, AGENTS_AT_ONCE, inAgent } from "./agents";
import type { CiliumObjects } from "./model/agentConfig";
import { parsePodIdentities, stalePods, type StalePod } from "./model/podIdentity";

/** A cluster whose pods are to have identities of its id. */
export interface Identified {
  readonly name: string;
  readonly id: number;
  readonly api: ClusterApi;
}

/** How that is found out. */
export interface IdentitySettings {
  readonly cilium: CiliumObjects;
  readonly maxConnectedClusters: MaxConnectedClusters;
}

/** The pods that have an identity of another cluster id, by their agents. One that does not answer is named, and its pods are not known. */
export async function findStalePods(
  cluster: Identified,
  { cilium, maxConnectedClusters }: IdentitySettings,
): Promise<readonly StalePod[]> {
  const { api } = cluster;
  const agents = await agentPods(api, cilium);
  const what = `cluster "${cluster.name}": agents asked for the identities of their pods`;
  const found = await withEach(what, agents, AGENTS_AT_ONCE, async ({ pod }) => {
    try {
      const json = await inAgent(api, cilium, pod, ["cilium-dbg", "endpoint", "list", "-o", "json"]);
      return stalePods(cluster, parsePodIdentities(json), maxConnectedClusters);
    } catch (failure) {
      const why = errorMessage(failure);
      progress(`warning: cluster "${cluster.name}": identities of the pods of agent ${pod} are not known: ${why}`);
      return [];
    }
  });
  return found.flat();
}
