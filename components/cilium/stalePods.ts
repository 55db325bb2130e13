import { errorMessage } from "../basics/errorMessage";
import { progress } from "../command/protocol";
import { withEach } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { MaxConnectedClusters } from "../mesh/model/mesh";
import { agentPods, AGENTS_AT_ONCE, inAgent, type AgentPod } from "./agents";
import type { CiliumObjects } from "./model/agentConfig";
import { changingPods, parsePodIdentities, stalePods, type StalePod } from "./model/podIdentity";

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

/** A pod of a cluster. */
export type NamedPod = Pick<StalePod, "namespace" | "pod">;

/** Asks every agent for its endpoints. One that does not answer is named. @param unknown What is taken for its pods. */
async function ofEndpoints<T>(
  cluster: Identified,
  cilium: CiliumObjects,
  read: (json: string) => readonly T[],
  unknown: (agent: AgentPod) => readonly T[] = () => [],
): Promise<readonly T[]> {
  const { api } = cluster;
  const agents = await agentPods(api, cilium);
  const what = `cluster "${cluster.name}": agents asked for the identities of their pods`;
  const found = await withEach(what, agents, AGENTS_AT_ONCE, async (agent) => {
    const { pod } = agent;
    try {
      const json = await inAgent(api, cilium, pod, ["cilium-dbg", "endpoint", "list", "-o", "json"]);
      return read(json);
    } catch (failure) {
      const why = errorMessage(failure);
      progress(`warning: cluster "${cluster.name}": identities of the pods of agent ${pod} are not known: ${why}`);
      return unknown(agent);
    }
  });
  return found.flat();
}

/** The pods that have an identity of another cluster id, by their agents. */
export const findStalePods = (
  cluster: Identified,
  { cilium, maxConnectedClusters }: IdentitySettings,
): Promise<readonly StalePod[]> =>
  ofEndpoints(cluster, cilium, (json) => stalePods(cluster, parsePodIdentities(json), maxConnectedClusters));

/** The pods that have such an identity, or whose programs may still run with one; an agent that is ready and does not answer stands for its pods. */
export const findChangingPods = (
  cluster: Identified,
  { cilium, maxConnectedClusters }: IdentitySettings,
): Promise<readonly NamedPod[]> =>
  ofEndpoints<NamedPod>(
    cluster,
    cilium,
    (json) => [...stalePods(cluster, parsePodIdentities(json), maxConnectedClusters), ...changingPods(json)],
    // On a node that is down no pod waits for its agent.
    ({ pod, ready }) => (ready ? [{ namespace: cilium.namespace, pod }] : []),
  );
