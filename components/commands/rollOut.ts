import type { Kubectl } from "../kubectl";
import { rolledWorkloads, type CiliumObjects } from "../model/agentConfig";
import { progress } from "./protocol";

/** Waits until a workload (`kind/name`) runs from its current pod template. */
export async function rollOut(
  kubectl: Kubectl,
  namespace: string,
  workload: string,
  timeoutSeconds: number,
): Promise<void> {
  const status = ["rollout", "status", workload, "-n", namespace, `--timeout=${String(timeoutSeconds)}s`];
  await kubectl.run(status, { silenceSeconds: timeoutSeconds + 30 });
}

/** Waits until the agents and the operator run from their current pod template. What is not there any more has nothing to wait for. */
export async function waitForRollOut(
  kubectl: Kubectl,
  cluster: string,
  names: CiliumObjects,
  timeoutSeconds: number,
): Promise<void> {
  for (const workload of rolledWorkloads(names)) {
    if (!(await kubectl.exists(workload, names.namespace))) {
      progress(`cluster "${cluster}": ${workload} is not there`);
      continue;
    }
    progress(`cluster "${cluster}": waiting for the roll-out of ${workload}`);
    await rollOut(kubectl, names.namespace, workload, timeoutSeconds);
  }
}
