import { errorMessage } from "../basics/errorMessage";
import { progress } from "../command/protocol";
import { withEach } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { MaxConnectedClusters } from "../mesh/model/mesh";
import { agentPods, AGENTS_AT_ONCE, inAgent, type AgentPod } from "./agents";
import type { CiliumObjects } from "./model/agentConfig";
import { parseEndpoints, podText, type PodEndpoint } from "./model/endpoints";
import { stalePods, type StalePod } from "./model/podIdentity";

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

/** What an agent says of its pods, or that it says nothing. */
type Said = { readonly agent: AgentPod; readonly pods: readonly PodEndpoint[] | "unknown" };

/** Asks every agent for its endpoints. One that does not answer is named. */
async function askAgents({ name, api }: Identified, cilium: CiliumObjects): Promise<readonly Said[]> {
  const agents = await agentPods(api, cilium);
  return withEach(
    `cluster "${name}": agents asked for the identities of their pods`,
    agents,
    AGENTS_AT_ONCE,
    async (agent): Promise<Said> => {
      try {
        const json = await inAgent(api, cilium, agent.pod, ["cilium-dbg", "endpoint", "list", "-o", "json"]);
        return { agent, pods: parseEndpoints(json) };
      } catch (failure) {
        const why = errorMessage(failure);
        progress(`warning: cluster "${name}": identities of the pods of agent ${agent.pod} are not known: ${why}`);
        return { agent, pods: "unknown" };
      }
    },
  );
}

/** The pods that have an identity of another cluster id, by their agents. */
export async function findStalePods(
  cluster: Identified,
  { cilium, maxConnectedClusters }: IdentitySettings,
): Promise<readonly StalePod[]> {
  const said = await askAgents(cluster, cilium);
  return said.flatMap(({ pods }) => (pods === "unknown" ? [] : stalePods(cluster, pods, maxConnectedClusters)));
}

/**
 * The pods that have such an identity, or whose programs may still run with what they had before, in words; an agent that is ready and does not answer
 * stands for its pods.
 */
export async function findUnsettledPods(
  cluster: Identified,
  { cilium, maxConnectedClusters }: IdentitySettings,
): Promise<readonly string[]> {
  const said = await askAgents(cluster, cilium);
  return said.flatMap(({ agent, pods }) => {
    // On a node that is down no pod waits for its agent.
    if (pods === "unknown") return agent.ready ? [`those of agent ${agent.pod}`] : [];
    return pods
      .filter((each) => !each.settled || stalePods(cluster, [each], maxConnectedClusters).length > 0)
      .map(({ pod }) => podText(pod));
  });
}
