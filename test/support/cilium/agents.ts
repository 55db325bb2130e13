import type { LabCluster, LabNode } from "../../../lab";

/** Name of the agent's pod on a node. */
export async function agentPod(cluster: LabCluster, node: LabNode): Promise<string> {
  const { stdout } = await cluster.run([
    ...["--namespace=kube-system", "get", "pods", "--selector=k8s-app=cilium"],
    ...[
      `--field-selector=spec.nodeName=${node.name},status.phase=Running`,
      "--output=jsonpath={.items[*].metadata.name}",
    ],
  ]);
  const [pod] = stdout.split(" ").filter((name) => name !== "");
  if (pod === undefined) throw new Error(`${cluster.name}: no agent runs on ${node.name}`);
  return pod;
}

/** Runs a command in the agent of a node. */
export async function inAgent(cluster: LabCluster, node: LabNode, command: readonly string[]): Promise<string> {
  const pod = await agentPod(cluster, node);
  return (await cluster.run(["--namespace=kube-system", "exec", pod, "-c", "cilium-agent", "--", ...command])).stdout;
}

/** The log of the agent of a node. */
export async function agentLog(cluster: LabCluster, node: LabNode): Promise<string> {
  const pod = await agentPod(cluster, node);
  return (await cluster.run(["--namespace=kube-system", "logs", pod, "-c", "cilium-agent"])).stdout;
}

/** All nodes of all clusters, each with its cluster. */
export const allNodes = (clusters: readonly LabCluster[]): readonly { cluster: LabCluster; node: LabNode }[] =>
  clusters.flatMap((cluster) => cluster.nodes.map((node) => ({ cluster, node })));

const AGENTS = ["--namespace=kube-system", "get", "pods", "--selector=k8s-app=cilium"];

/** The agent pods' UIDs and how often their containers were restarted: equal before and after where no agent was. */
export async function agentUids(cluster: LabCluster): Promise<readonly string[]> {
  const path =
    "{range .items[*]}{.spec.nodeName} {.metadata.uid} {.status.containerStatuses[*].restartCount}{'\\n'}{end}";
  const { stdout } = await cluster.run([...AGENTS, `--output=jsonpath=${path}`]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}
