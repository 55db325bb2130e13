import type { Log } from "../cache/progress";
import { messageOf } from "../host/run";
import { kubectl, type ClusterAccess } from "../kubectl";

const LIMIT_SECONDS = 300;
const EVERY_MS = 30_000;
const MOST_LINES = 20;

/** The pods that something waits for, as kubectl lists them: their column STATUS shows why. */
async function podsNow(access: ClusterAccess): Promise<string> {
  const list = ["--namespace=kube-system", "get", "pods", "--selector=app.kubernetes.io/part-of=cilium", "-o", "wide"];
  const said = await kubectl(access, list).then(({ stdout }) => stdout, messageOf);
  return said.trimEnd().split("\n").slice(0, MOST_LINES).join("\n");
}

/** Waits for one thing, and logs that every half minute. @throws Error that names what, for how long, and how the pods are. */
async function waitingFor(access: ClusterAccess, log: Log, what: string, args: readonly string[]): Promise<void> {
  const begin = Date.now();
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - begin) / 1000);
    log(`${access.context}: waiting for ${what}, ${seconds} of at most ${LIMIT_SECONDS} s`);
  }, EVERY_MS);
  try {
    await kubectl(access, [...args, `--timeout=${LIMIT_SECONDS}s`]);
  } catch (error) {
    const late = `${access.context}: ${what}: not within ${LIMIT_SECONDS} s`;
    throw new Error([late, messageOf(error), await podsNow(access)].join("\n"), { cause: error });
  } finally {
    clearInterval(timer);
  }
}

/** Waits until these nodes of a cluster are ready for pods, and Cilium runs on every one. */
export async function waitForAgents(access: ClusterAccess, nodes: readonly string[], log: Log): Promise<void> {
  const names = nodes.map((name) => `node/${name}`);
  // A DaemonSet counts as rolled out on the nodes that are there: none, before the first kubelet has come. Of several names that are not
  // there, `kubectl wait` waits for none.
  for (const name of names) await waitingFor(access, log, `${name} to register`, ["wait", "--for=create", name]);
  await waitingFor(access, log, "all nodes to be ready", ["wait", "--for=condition=Ready", ...names]);
  for (const workload of ["daemonset/cilium", "deployment/cilium-operator"]) {
    await waitingFor(access, log, workload, ["--namespace=kube-system", "rollout", "status", workload]);
  }
}
