import { errorMessage } from "../basics/errorMessage";
import { withEach } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { MaxConnectedClusters } from "../mesh/model/mesh";
import { agentPods, AGENTS_AT_ONCE, inAgent, type AgentPod } from "./agents";
import type { CiliumObjects } from "./model/agentConfig";
import { parseEndpoints, podText, type Endpoints } from "./model/endpoints";
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

/** What an agent says of its pods, or why it says nothing. */
interface Said {
  readonly agent: AgentPod;
  readonly endpoints?: Endpoints;
  readonly why?: string;
}

/** Asks every agent for its endpoints. */
async function askAgents({ name, api }: Identified, cilium: CiliumObjects): Promise<readonly Said[]> {
  const agents = await agentPods(api, cilium);
  return withEach(
    `cluster "${name}": agents asked for the identities of their pods`,
    agents,
    AGENTS_AT_ONCE,
    async (agent): Promise<Said> => {
      try {
        const json = await inAgent(api, cilium, agent.pod, ["cilium-dbg", "endpoint", "list", "-o", "json"]);
        return { agent, endpoints: parseEndpoints(json) };
      } catch (failure) {
        return { agent, why: errorMessage(failure) };
      }
    },
  );
}

/** What agents say of pods that have an identity of another cluster id. */
export interface FoundStale {
  readonly pods: readonly StalePod[];
  /** Agents that do not say anything of their pods, and why. */
  readonly silent: readonly { readonly agent: string; readonly why: string }[];
  /** Agents that have started a moment ago, and do not have all of their pods yet. */
  readonly restoring: readonly string[];
}

/** The pods that have an identity of another cluster id, by their agents. */
export async function findStalePods(
  cluster: Identified,
  { cilium, maxConnectedClusters }: IdentitySettings,
): Promise<FoundStale> {
  const said = await askAgents(cluster, cilium);
  return {
    pods: said.flatMap(({ endpoints }) => stalePods(cluster, endpoints?.pods ?? [], maxConnectedClusters)),
    silent: said.flatMap(({ agent, why }) => (why === undefined ? [] : [{ agent: agent.pod, why }])),
    restoring: said.filter(({ endpoints }) => endpoints?.restored === false).map(({ agent }) => agent.pod),
  };
}

/** What is not settled yet. */
export interface Unsettled {
  /** Agents that are ready and do not say anything of their pods yet. */
  readonly agents: readonly string[];
  /** Pods that have such an identity, or whose programs may still run with what they had before, in words. */
  readonly pods: readonly string[];
}

/** Looks for what is not settled yet. */
export async function findUnsettled(
  cluster: Identified,
  { cilium, maxConnectedClusters }: IdentitySettings,
): Promise<Unsettled> {
  const said = await askAgents(cluster, cilium);
  return {
    // On a node that is down no pod waits for its agent.
    agents: said
      .filter(({ agent, endpoints }) => agent.ready && endpoints?.restored !== true)
      .map(({ agent, why }) => (why === undefined ? agent.pod : `${agent.pod} (${why})`)),
    pods: said.flatMap(({ endpoints }) =>
      (endpoints?.pods ?? [])
        .filter((each) => !each.settled || stalePods(cluster, [each], maxConnectedClusters).length > 0)
        .map(({ pod }) => podText(pod)),
    ),
  };
}
