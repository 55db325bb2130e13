import assert from "node:assert/strict";
import { type LabCluster, startPinger } from "../../../../lab";
import { podOn, PORT, SERVER, TRAFFIC_NAMESPACE } from "../../../support/cilium/crossNodeTraffic";
import { onNode } from "./onNode";
import { openConnection } from "./openConnection";
import { fresh, open, type Way } from "./ways";

const service = (name: string): object => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: TRAFFIC_NAMESPACE, annotations: { "service.cilium.io/global": "true" } },
  spec: { selector: { app: name }, ports: [{ port: PORT, targetPort: PORT, protocol: "TCP" }] },
});

/** Makes a Service that is global in all of these clusters, and a pod behind it in some of them. They are there before any mesh. */
export async function makeGlobalService(
  name: string,
  clusters: readonly LabCluster[],
  backends: readonly LabCluster[],
): Promise<void> {
  for (const cluster of clusters) {
    const node = cluster.nodes[0]?.name ?? assert.fail(`${cluster.name} has no node`);
    const pods = backends.includes(cluster) ? [podOn(TRAFFIC_NAMESPACE, name, node, SERVER)] : [];
    const items = [service(name), ...pods];
    await cluster.run(["apply", "--filename=-"], { stdin: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
    const ready = ["wait", "--for=condition=Ready", `pod/${name}`, "--timeout=90s"];
    if (pods.length > 0) await cluster.run([`--namespace=${TRAFFIC_NAMESPACE}`, ...ready]);
  }
}

/** Starts a connection that stays open, and new ones, from a cluster's client through such a Service. Returns when both are answered. */
export async function throughGlobalService(cluster: LabCluster, name: string): Promise<ReadonlyMap<string, Way>> {
  const path = ["get", "service", name, "--output=jsonpath={.spec.clusterIP}"];
  const { stdout: ip } = await cluster.run([`--namespace=${TRAFFIC_NAMESPACE}`, ...path]);
  const args = { from: await onNode(cluster, TRAFFIC_NAMESPACE, "client"), to: { ip, port: PORT } };
  return new Map([
    [`open, ${name}`, open(await openConnection(args))],
    [`new, ${name}`, fresh(await startPinger(args))],
  ]);
}
