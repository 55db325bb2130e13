import { errorMessage } from "../basics/errorMessage";
import { quoted } from "../basics/model/printable";
import { agentPods, inAgent } from "../cilium/agents";
import { excerptOf } from "../cilium/diagnosis";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import { problemsLine, until, withEach } from "../command/until";
import type { OpenCluster } from "../kubernetes/openClusters";
import { formatDiagnostics, DIAGNOSTICS_SHOWN, type Diagnostic } from "../mesh/model/diagnostic";
import { connectionProblems, type Dialled } from "./model/newConnections";

const CLUSTERS_AT_ONCE = 16;
/** The agent gives up a peer after five seconds, and dials one after the other. */
const SECONDS_A_PEER = 5;
const MIN_SECONDS = 20;
const UNKNOWN_COMMAND = /unknown command/;

interface Outcome {
  readonly cluster: OpenCluster;
  readonly dialled: Dialled;
  readonly problems: readonly Diagnostic[];
}

async function dial(cluster: OpenCluster, cilium: CiliumObjects, peers: readonly string[]): Promise<Dialled> {
  const agent = (await agentPods(cluster.api, cilium)).find(({ ready }) => ready);
  if (agent === undefined) {
    return { cluster: cluster.name, agent: "-", node: "-", said: { error: "no agent is ready" } };
  }
  const silenceSeconds = Math.max(MIN_SECONDS, peers.length * SECONDS_A_PEER);
  const command = ["cilium-dbg", "troubleshoot", "clustermesh"];
  const said = await inAgent(cluster.api, cilium, agent.pod, command, silenceSeconds).then(
    (text) => ({ text }),
    (error: unknown) => ({ error: errorMessage(error) }),
  );
  return { cluster: cluster.name, agent: agent.pod, node: agent.node, said };
}

/** An agent of before Cilium 1.16, which cannot be asked: no failure, and nothing proved. */
const cannotDial = ({ said: answer }: Dialled): boolean => "error" in answer && UNKNOWN_COMMAND.test(answer.error);

/**
 * Waits until an agent of each cluster opens a new connection to the etcd of every declared peer. Agents keep connections that they have, with
 * certificates that may have expired since or no longer fit; and the kubelet may still be bringing the files.
 *
 * @param peers The names of those that have to be reached.
 * @param timeoutSeconds For the message.
 * @throws Error that names agents, peers and causes when the time is up, with what the agents print.
 */
export async function waitForNewConnections(
  clusters: readonly OpenCluster[],
  peers: readonly string[],
  cilium: CiliumObjects,
  deadline: number,
  timeoutSeconds: number,
): Promise<void> {
  const attempt = async (cluster: OpenCluster): Promise<Outcome> => {
    const dialled = await dial(cluster, cilium, peers);
    return { cluster, dialled, problems: cannotDial(dialled) ? [] : connectionProblems(peers, dialled) };
  };
  let open = clusters;
  const outcomes = new Map<string, Outcome>();
  const failing = () => [...outcomes.values()].filter(({ problems }) => problems.length > 0);
  await until(
    deadline,
    async () => {
      const what = "clusters asked to dial their peers";
      for (const outcome of await withEach(what, open, CLUSTERS_AT_ONCE, attempt)) {
        outcomes.set(outcome.cluster.name, outcome);
      }
      open = failing().map(({ cluster }) => cluster);
    },
    () => open.length === 0,
    problemsLine(
      "new connections to peers do not open yet",
      () => failing().flatMap(({ problems }) => problems),
      () => clusters.length * (peers.length - 1),
    ),
  );
  for (const { dialled } of outcomes.values()) {
    if (cannotDial(dialled)) {
      progress(`warning: cluster "${dialled.cluster}": this Cilium cannot be asked for new connections to its peers`);
    }
  }
  if (open.length > 0) throw new Error(failure(failing(), timeoutSeconds));
}

function failure(failing: readonly Outcome[], timeoutSeconds: number): string {
  const heading = `every peer is ready, but new connections to peers do not open after ${timeoutSeconds} s`;
  const problems = failing.flatMap((outcome) => outcome.problems);
  const texts = failing.map(({ dialled: { cluster, agent, said: answer } }) => {
    const text = "text" in answer ? answer.text : answer.error;
    return `--- cluster ${cluster}, agent ${agent}: cilium-dbg troubleshoot clustermesh\n${quoted(text)}`;
  });
  return [formatDiagnostics(heading, problems, DIAGNOSTICS_SHOWN), excerptOf(texts)].join("\n");
}
