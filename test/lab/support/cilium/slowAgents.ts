import { startPinger, trafficReport, type LabCluster, type Pinger, type TrafficReport } from "../../../../lab";
import { podOn, PORT, SERVER, TRAFFIC_NAMESPACE } from "../../../support/cilium/crossNodeTraffic";
import { ciliumRolledOut } from "../changing";

const serverOn = (node: string): string => `server-${node}`;

/** Puts a server on every node of a cluster. */
export async function serverOnEachNode(cluster: LabCluster): Promise<void> {
  const names = cluster.nodes.map(({ name }) => name);
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: TRAFFIC_NAMESPACE } },
    ...names.map((node) => podOn(TRAFFIC_NAMESPACE, serverOn(node), node, SERVER)),
  ];
  await cluster.run(["apply", "--filename=-"], { stdin: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
  const pods = names.map((node) => `pod/${serverOn(node)}`);
  const ready = ["wait", "--for=condition=Ready", ...pods, "--timeout=90s"];
  await cluster.run([`--namespace=${TRAFFIC_NAMESPACE}`, ...ready]);
}

/** Steady traffic between all nodes of a cluster. */
export interface TrafficOfNodes {
  /** What became of that which began in a while, by `from → to`. */
  readonly between: (from: number, to: number) => Readonly<Record<string, TrafficReport>>;
  readonly pingers: readonly Pinger[];
  readonly stop: () => Promise<void>;
}

/** Starts steady traffic from each of these servers to each other one. */
export async function trafficOfNodes(cluster: LabCluster): Promise<TrafficOfNodes> {
  const started = new Map<string, Pinger>();
  const ips = new Map<string, string>();
  for (const { name } of cluster.nodes) {
    const ask = ["get", "pod", serverOn(name), "--output=jsonpath={.status.podIP}"];
    ips.set(name, (await cluster.run([`--namespace=${TRAFFIC_NAMESPACE}`, ...ask])).stdout);
  }
  for (const { name: source } of cluster.nodes) {
    const from = await cluster.inPod({ namespace: TRAFFIC_NAMESPACE, pod: serverOn(source) });
    for (const [target, ip] of ips) {
      if (target === source) continue;
      started.set(`${source} → ${target}`, await startPinger({ from, to: { ip, port: PORT }, intervalMs: 400 }));
    }
  }
  const inWhile = (pinger: Pinger, from: number, to: number) =>
    trafficReport(pinger.attempts().filter(({ at }) => at >= from && at <= to));
  return {
    between: (from, to) => Object.fromEntries([...started].map(([way, pinger]) => [way, inWhile(pinger, from, to)])),
    pingers: [...started.values()],
    stop: async () => {
      await Promise.all([...started.values()].map((pinger) => pinger.stop()));
    },
  };
}

/** Has a cluster's agents roll one after the other, with so many seconds between two. */
export async function paceAgents(cluster: LabCluster, seconds: number): Promise<void> {
  const spec = { minReadySeconds: seconds, updateStrategy: { rollingUpdate: { maxUnavailable: 1 } } };
  await cluster.run(["--namespace=kube-system", "patch", "daemonset/cilium", `--patch=${JSON.stringify({ spec })}`]);
}

/** Sets how long a key of an agent that has ended stays in etcd. Not while the agents are paced. */
export async function setLease(cluster: LabCluster, lease: string): Promise<void> {
  const data = { "kvstore-lease-ttl": lease };
  await cluster.run([
    ...["--namespace=kube-system", "patch", "configmap/cilium-config", `--patch=${JSON.stringify({ data })}`],
  ]);
  await cluster.run(["--namespace=kube-system", "rollout", "restart", "daemonset/cilium"]);
  await ciliumRolledOut(cluster);
}

/** How many seconds lie between the first and the last start of a cluster's agents. */
export async function secondsOfRollOut(cluster: LabCluster): Promise<number> {
  const { stdout } = await cluster.run([
    ...["--namespace=kube-system", "get", "pods", "--selector=k8s-app=cilium"],
    "--output=jsonpath={.items[*].metadata.creationTimestamp}",
  ]);
  const times = stdout.split(" ").map((time) => Date.parse(time));
  return (Math.max(...times) - Math.min(...times)) / 1000;
}
