import { isIPv6 } from "node:net";
import { startPinger, type IpFamily, type LabCluster, type Pinger, type PingerArgs } from "../../../lab";

/** A namespace of its own: nothing that the mesh does may touch a workload of others. */
export const TRAFFIC_NAMESPACE = "cross-node-traffic";
/** The port of servers. */
export const PORT = 6379;
const IMAGE = "docker.io/lab/redis:7";
/** Before it starts its first pod an agent compiles its programs: in place of kube-proxy, by both IP families, that is a minute of a busy machine. */
const PODS_START = "--timeout=240s";

/** A pod on a node, labelled with its name. */
export const podOn = (
  namespace: string,
  name: string,
  node: string,
  command: readonly string[],
  app = name,
): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels: { app } },
  spec: {
    nodeName: node,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    containers: [{ name, image: IMAGE, imagePullPolicy: "Never", command }],
  },
});

const pod = (name: string, node: string, command: readonly string[]): object =>
  podOn(TRAFFIC_NAMESPACE, name, node, command);

/** What a server runs, on {@link PORT}, by every IP family that its pod has. */
export const SERVER = ["redis-server", "--bind", "*", "-::*", "--protected-mode", "no", "--save", "", "--dir", "/tmp"];

/** Puts a server on a cluster's first node and a client on its last, as workloads that were there before any mesh. */
export async function makeTrafficPods(cluster: LabCluster): Promise<void> {
  const [first, last] = [cluster.nodes[0], cluster.nodes.at(-1)];
  if (first === undefined || last === undefined) {
    throw new Error(`${cluster.name}: traffic needs nodes`);
  }
  const items = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: TRAFFIC_NAMESPACE } },
    pod("server", first.name, SERVER),
    pod("client", last.name, ["sleep", "infinity"]),
  ];
  await cluster.run(["apply", "--filename=-"], { stdin: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
  const ready = ["wait", "--for=condition=Ready", "pod/server", "pod/client", PODS_START];
  await cluster.run([`--namespace=${TRAFFIC_NAMESPACE}`, ...ready]);
}

/** Puts another client beside the first one. It differs in its name and label alone. */
export async function addTrafficClient(cluster: LabCluster, name: string): Promise<void> {
  const last = cluster.nodes.at(-1);
  if (last === undefined) throw new Error(`${cluster.name}: a client needs a node`);
  await cluster.run(["apply", "--filename=-"], { stdin: JSON.stringify(pod(name, last.name, ["sleep", "infinity"])) });
  const ready = ["wait", "--for=condition=Ready", `pod/${name}`, PODS_START];
  await cluster.run([`--namespace=${TRAFFIC_NAMESPACE}`, ...ready]);
}

/** The address of a cluster's server: that of its primary IP family, or of another one. */
export async function serverIp(cluster: LabCluster, family?: IpFamily): Promise<string> {
  const addresses = ["get", "pod", "server", "--output=jsonpath={.status.podIPs[*].ip}"];
  const { stdout } = await cluster.run([`--namespace=${TRAFFIC_NAMESPACE}`, ...addresses]);
  const ip = stdout.split(" ").find((each) => family === undefined || isIPv6(each) === (family === "ipv6"));
  if (ip === undefined || ip === "") throw new Error(`${cluster.name}: the server has no ${family ?? ""} address`);
  return ip;
}

/** Another way of traffic than by the servers' primary IP family, or of its beginning. */
export interface TrafficOptions extends Pick<PingerArgs, "begins"> {
  readonly family?: IpFamily;
}

/**
 * Starts steady traffic from a client to the server of its own or another cluster: a new connection every 200 ms, a second for the
 * answer.
 */
export async function startTraffic(
  cluster: LabCluster,
  client = "client",
  to = cluster,
  { family, ...options }: TrafficOptions = {},
): Promise<Pinger> {
  const ip = await serverIp(to, family);
  const from = await cluster.inPod({ namespace: TRAFFIC_NAMESPACE, pod: client });
  return startPinger({ from, to: { ip, port: PORT }, ...options });
}

/** Removes the pods and their namespace. */
export async function removeTrafficPods(cluster: LabCluster): Promise<void> {
  await cluster.run(["delete", "namespace", TRAFFIC_NAMESPACE, "--ignore-not-found", "--timeout=90s"]);
}
