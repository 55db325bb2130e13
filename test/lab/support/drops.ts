import { spawn } from "node:child_process";
import type { LabCluster, LabNode } from "../../../lab";
import { agentPod } from "../../support/cilium/agents";
import { waitUntil } from "../../support/waitUntil";

/** What an agent says that it drops, from the moment on at which it listens. */
export interface DropLog {
  readonly until: (what: string, holds: (line: string) => boolean) => Promise<void>;
  readonly stop: () => void;
}

const LIMIT_SECONDS = 60;

/** Listens to the agent of a node. The limit ends the monitor inside the pod, which does not end with kubectl. */
export async function listenToDrops(cluster: LabCluster, node: LabNode): Promise<DropLog> {
  const access = [`--kubeconfig=${cluster.kubeconfig}`, `--context=${cluster.context}`, "--namespace=kube-system"];
  const monitor = ["timeout", String(LIMIT_SECONDS), "cilium-dbg", "monitor", "--type", "drop"];
  const target = ["exec", await agentPod(cluster, node), "-c", "cilium-agent", "--", ...monitor];
  const child = spawn(cluster.kubectl, [...access, ...target], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await waitUntil("the monitor listens", 20, () => Promise.resolve(said !== ""));
  return {
    until: (what, holds) => waitUntil(what, 20, () => Promise.resolve(said.split("\n").some(holds))),
    stop: () => {
      child.kill();
    },
  };
}
