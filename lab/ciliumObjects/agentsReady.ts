import { kubectl, type ClusterAccess } from "../kubectl";

const ROLL_OUT = "--timeout=300s";

/** Waits until Cilium runs on every node of a cluster, and every node is ready for pods. */
export async function waitForAgents(access: ClusterAccess): Promise<void> {
  for (const workload of ["daemonset/cilium", "deployment/cilium-operator"]) {
    await kubectl(access, ["--namespace=kube-system", "rollout", "status", workload, ROLL_OUT]);
  }
  await kubectl(access, ["wait", "--for=condition=Ready", "nodes", "--all", ROLL_OUT]);
}
