import { errorMessage } from "../basics/errorMessage";
import { quoted } from "../basics/model/printable";
import { mapLimited } from "../basics/mapLimited";
import { agentPods, AGENTS_AT_ONCE, askIn, type AgentPod } from "../cilium/agents";
import { apiserverPods, cannotBeAsked, type AskedCluster } from "../cilium/caches";
import { excerptOf } from "../cilium/diagnosis";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { READERS, type Reader } from "../cilium/model/readers";
import { progress } from "../command/protocol";
import { problemsLine, until, withEach } from "../command/until";
import { formatDiagnostics, DIAGNOSTICS_SHOWN, type Diagnostic } from "../mesh/model/diagnostic";
import { connectionProblems, type Dialled } from "./model/newConnections";

const CLUSTERS_AT_ONCE = 16;
/** The agent gives up a peer after five seconds, and dials one after the other. */
const SECONDS_A_PEER = 5;
const MIN_SECONDS = 20;
const UNKNOWN_COMMAND = /unknown command/;
/** What a command prints that does not have the one that it was asked for. */
const USAGE = /^Usage:$/m;

interface Outcome {
  readonly cluster: AskedCluster;
  readonly dialled: Dialled;
  readonly problems: readonly Diagnostic[];
}

async function dialFrom(
  { name: cluster, api }: AskedCluster,
  reader: Reader,
  cilium: CiliumObjects,
  { pod: agent, node }: Pick<AgentPod, "pod" | "node">,
  peers: readonly string[],
): Promise<Dialled> {
  const silenceSeconds = Math.max(MIN_SECONDS, peers.length * SECONDS_A_PEER);
  const said = await askIn(api, reader, cilium, agent, READERS[reader].troubleshoot, silenceSeconds).then(
    (text) => ({ text }),
    (error: unknown) => ({ error: errorMessage(error) }),
  );
  return { cluster, agent, node, reader, said };
}

/** One agent of a cluster dials for all: they have the same files. Of caches there are few, and each has connections of its own. */
async function dial(
  cluster: AskedCluster,
  cilium: CiliumObjects,
  peers: readonly string[],
): Promise<readonly Dialled[]> {
  const isCached = cluster.reads === "cached";
  const reader: Reader = isCached ? "kvstoremesh" : "agent";
  const pods = isCached
    ? await apiserverPods(cluster.api, cilium)
    : (await agentPods(cluster.api, cilium)).filter(({ ready }) => ready).slice(0, 1);
  if (pods.length === 0) {
    const error = isCached ? "Deployment clustermesh-apiserver has no pod" : "no agent is ready";
    return [{ cluster: cluster.name, agent: "-", node: "-", reader, said: { error } }];
  }
  return mapLimited(pods, AGENTS_AT_ONCE, (pod) => dialFrom(cluster, reader, cilium, pod, peers));
}

/** An agent of before Cilium 1.16, or KVStoreMesh of before 1.15, which cannot be asked: no failure, and nothing proved. */
function cannotDial({ said, reader }: Dialled): boolean {
  if ("text" in said) return USAGE.test(said.text);
  return reader === "kvstoremesh" ? cannotBeAsked(said.error) : UNKNOWN_COMMAND.test(said.error);
}

/**
 * Waits until an agent of each cluster, or KVStoreMesh in its place, opens a new connection to the etcd of every declared peer. Both keep connections that they have, with
 * certificates that may have expired since or no longer fit; and the kubelet may still be bringing the files.
 *
 * @param peers The names of those that have to be reached.
 * @param timeoutSeconds For the message.
 * @throws Error that names agents, peers and causes when the time is up, with what the agents print.
 */
export async function waitForNewConnections(
  clusters: readonly AskedCluster[],
  peers: readonly string[],
  cilium: CiliumObjects,
  deadline: number,
  timeoutSeconds: number,
): Promise<void> {
  const attempt = async (cluster: AskedCluster): Promise<readonly Outcome[]> =>
    (await dial(cluster, cilium, peers)).map((dialled) => {
      return { cluster, dialled, problems: cannotDial(dialled) ? [] : connectionProblems(peers, dialled) };
    });
  let open = clusters;
  const outcomes = new Map<string, readonly Outcome[]>();
  const last = () => [...outcomes.values()].flat();
  const failing = () => last().filter(({ problems }) => problems.length > 0);
  await until(
    deadline,
    async () => {
      const what = "clusters asked to dial their peers";
      const asked = open;
      const all = await withEach(what, asked, CLUSTERS_AT_ONCE, attempt);
      asked.forEach(({ name }, index) => outcomes.set(name, all[index] ?? []));
      open = [...new Set(failing().map(({ cluster }) => cluster))];
    },
    () => open.length === 0,
    problemsLine(
      "new connections to peers do not open yet",
      () => failing().flatMap(({ problems }) => problems),
      () => clusters.length * (peers.length - 1),
    ),
  );
  for (const cluster of new Set(
    last()
      .filter(({ dialled }) => cannotDial(dialled))
      .map(({ cluster: { name } }) => name),
  )) {
    progress(`warning: cluster "${cluster}": this Cilium cannot be asked for new connections to its peers`);
  }
  if (open.length > 0) throw new Error(failure(failing(), timeoutSeconds));
}

function failure(failing: readonly Outcome[], timeoutSeconds: number): string {
  const heading = `every peer is ready, but new connections to peers do not open after ${timeoutSeconds} s`;
  const problems = failing.flatMap((outcome) => outcome.problems);
  const texts = failing.map(({ dialled: { cluster, agent, reader = "agent", said: answer } }) => {
    const text = "text" in answer ? answer.text : answer.error;
    const { noun, troubleshoot } = READERS[reader];
    return `--- cluster ${cluster}, ${noun} ${agent}: ${troubleshoot.join(" ")}\n${quoted(text)}`;
  });
  return [formatDiagnostics(heading, problems, DIAGNOSTICS_SHOWN), excerptOf(texts)].join("\n");
}
