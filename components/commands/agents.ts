import { setTimeout as delay } from "node:timers/promises";
import type { Kubectl } from "../kubectl";
import type { CiliumObjects } from "../model/agentConfig";
import { parseAgentStatus, type AgentReport } from "../model/agentStatus";
import { parseList } from "../model/liveCluster";
import { progress } from "./protocol";

const EXEC_TIMEOUT_MS = 20_000;
const POLL_MS = 1000;

/** An agent's pod and where it runs. */
export interface AgentPod {
  readonly pod: string;
  readonly node: string;
}

/** The agent pods of a cluster. */
export async function agentPods(kubectl: Kubectl, names: CiliumObjects): Promise<readonly AgentPod[]> {
  const json = await kubectl.run(["get", "pods", "-n", names.namespace, "-l", names.agentSelector, "-o", "json"]);
  return parseList(json).map((pod) => ({ pod: pod.metadata.name, node: pod.spec?.nodeName ?? "" }));
}

/** Runs a command in an agent's container. */
export async function inAgent(
  kubectl: Kubectl,
  names: CiliumObjects,
  pod: string,
  command: readonly string[],
): Promise<string> {
  const target = ["exec", "-n", names.namespace, pod, "-c", names.agentContainer, "--"];
  return kubectl.run([...target, ...command], { timeoutMs: EXEC_TIMEOUT_MS });
}

/** What every agent of a cluster says about its peers; an agent that says nothing is part of the answer. */
export async function agentReports(
  kubectl: Kubectl,
  cluster: string,
  names: CiliumObjects,
): Promise<readonly AgentReport[]> {
  const pods = await agentPods(kubectl, names);
  return Promise.all(
    pods.map(async ({ pod, node }): Promise<AgentReport> => {
      try {
        const json = await inAgent(kubectl, names, pod, ["cilium-dbg", "status", "-o", "json"]);
        return { cluster, pod, node, peers: parseAgentStatus(json) };
      } catch (error) {
        return { cluster, pod, node, peers: { error: error instanceof Error ? error.message : String(error) } };
      }
    }),
  );
}

/**
 * Has the kubelets bring changed Secrets to the agents at once: a pod's own change makes the kubelet sync its volumes, which otherwise
 * takes about a minute.
 */
export async function hurrySecrets(kubectl: Kubectl, names: CiliumObjects): Promise<void> {
  const stamp = `cilium-clustermesh/synced-at=${new Date().toISOString().replaceAll(":", "-")}`;
  await kubectl.run(["annotate", "pods", "-n", names.namespace, "-l", names.agentSelector, stamp, "--overwrite"]);
}

/** Waits until the agents and the operator run from their current pod template. What is not there any more has nothing to wait for. */
export async function waitForRollOut(
  kubectl: Kubectl,
  cluster: string,
  names: CiliumObjects,
  timeoutSeconds: number,
): Promise<void> {
  const workloads = [
    `daemonset/${names.daemonSet}`,
    ...(names.operator === undefined ? [] : [`deployment/${names.operator}`]),
  ];
  for (const workload of workloads) {
    if (!(await kubectl.exists(workload, names.namespace))) {
      progress(`cluster "${cluster}": ${workload} is not there`);
      continue;
    }
    progress(`cluster "${cluster}": waiting for the roll-out of ${workload}`);
    const timeout = `--timeout=${String(timeoutSeconds)}s`;
    await kubectl.run(["rollout", "status", workload, "-n", names.namespace, timeout], {
      timeoutMs: (timeoutSeconds + 30) * 1000,
    });
  }
}

/**
 * Waits until no agent knows a peer any more, after the peers' Secret is gone. A cluster leaves in this order because routes and nodes of
 * the peers are removed by agents that still run under the cluster's name.
 */
export async function forgetPeers(
  kubectl: Kubectl,
  cluster: string,
  names: CiliumObjects,
  timeoutSeconds: number,
): Promise<void> {
  await hurrySecrets(kubectl, names);
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const reports = await agentReports(kubectl, cluster, names);
    const left = reports.filter((report) => !("error" in report.peers) && report.peers.length > 0);
    if (left.length === 0) {
      return;
    }
    if (Date.now() > deadline) {
      progress(
        `cluster "${cluster}": ${left.map((report) => report.pod).join(", ")} still list peers; going on without them`,
      );
      return;
    }
    await delay(POLL_MS);
  }
}
