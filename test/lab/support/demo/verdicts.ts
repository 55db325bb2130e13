import assert from "node:assert/strict";
import { CommandError, type LabCluster } from "../../../../lab";
import { table } from "../../../support/table";
import { waitUntil } from "../../../support/waitUntil";
import { say } from "../say";

const [PONG, SILENCE] = ["PONG", "no answer"] as const;

/** Who reaches `protected-db` under the demo's policy, written down here once more: the article's table and the clients beyond it. */
export const VERDICTS = [
  { client: "cluster1/default/employee", path: "pod IP", after: PONG },
  { client: "cluster1/default/stranger", path: "pod IP", after: SILENCE },
  { client: "cluster2/default/employee", path: "ClusterIP", after: SILENCE },
  { client: "cluster2/default/employee", path: "pod IP", after: SILENCE },
  { client: "cluster2/istio-space/employee", path: "ClusterIP", after: PONG },
  { client: "cluster2/istio-space/employee", path: "pod IP", after: PONG },
  { client: "cluster2/istio-space/stranger", path: "ClusterIP", after: SILENCE },
  { client: "cluster2/istio-space/stranger", path: "pod IP", after: SILENCE },
] as const;

/** The address of the database's pod, which the first cluster has. */
export async function databaseIp(server: LabCluster): Promise<string> {
  return (await server.run(["get", "pod", "protected-db-0", "--output=jsonpath={.status.podIP}"])).stdout;
}

const serviceIp = async (cluster: LabCluster): Promise<string> =>
  (await cluster.run(["get", "service", "protected-db", "--output=jsonpath={.spec.clusterIP}"])).stdout;

const TIMED_OUT = 124;

/** A ping from a client's pod. What is neither an answer nor silence is an error: it would prove nothing. */
export async function ping(cluster: LabCluster, namespace: string, pod: string, address: string): Promise<string> {
  const target = [`--namespace=${namespace}`, "exec", pod, "--"];
  try {
    const command = ["timeout", "2", "redis-cli", "-h", address, "-p", "6379", "ping"];
    return (await cluster.run([...target, ...command])).stdout.trim();
  } catch (error) {
    const silent =
      error instanceof CommandError && error.stderr.includes(`command terminated with exit code ${TIMED_OUT}`);
    if (silent) return SILENCE;
    throw error;
  }
}

/** What every client of {@link VERDICTS} sees now. */
export async function verdicts(clusters: readonly LabCluster[]): Promise<readonly object[]> {
  const [server] = clusters;
  const database = await databaseIp(server ?? assert.fail());
  return Promise.all(
    VERDICTS.map(async ({ client, path }) => {
      const [name, namespace = "", workload = ""] = client.split("/");
      const cluster = clusters.find((each) => each.name === name) ?? assert.fail(client);
      const address = path === "pod IP" ? database : await serviceIp(cluster);
      return { client, path, after: await ping(cluster, namespace, `${workload}-0`, address) };
    }),
  );
}

/** Waits until all verdicts of one round are as they must be; policies and identities take a moment to arrive. */
export async function verdictsHold(clusters: readonly LabCluster[], seconds = 30): Promise<void> {
  let last: readonly object[] = [];
  try {
    await waitUntil("the verdicts of all pings are as they must be", seconds, async () => {
      last = await verdicts(clusters);
      return JSON.stringify(last) === JSON.stringify(VERDICTS);
    });
  } catch (error) {
    say(`the last round of pings:\n${table(last.map((row) => ({ ...row })))}`);
    throw error;
  }
}
