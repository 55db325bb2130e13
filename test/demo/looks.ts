import assert from "node:assert/strict";
import type { Lab, LabCluster, LabNode } from "../../lab";
import { agentLog, allNodes, inAgent } from "../support/cilium/agents";
import { parseIdentities } from "../support/cilium/identities";
import { table } from "../support/table";
import type { Narrator } from "./narrator";

const DBG = "cilium-dbg";

async function forEachNode(
  lab: Lab,
  tell: Narrator,
  look: (cluster: LabCluster, node: LabNode) => Promise<string>,
): Promise<void> {
  for (const { cluster, node } of allNodes(lab.clusters)) {
    tell.quote(`${cluster.name}, ${node.name}:`);
    tell.quote(indent(await look(cluster, node)));
  }
}

const indent = (text: string): string => text.trimEnd().replaceAll(/^/gm, "    ");

const firstNodes = (lab: Lab): readonly { cluster: LabCluster; node: LabNode }[] =>
  lab.clusters.flatMap((cluster) => cluster.nodes.slice(0, 1).map((node) => ({ cluster, node })));

/** That no agent knows another cluster, and no cluster has a name. */
export async function showUnmeshed(tell: Narrator, lab: Lab): Promise<void> {
  for (const { cluster, node } of firstNodes(lab)) {
    const nodes = await inAgent(cluster, node, [DBG, "node", "list"]);
    const names = lab.clusters.filter((other) => other !== cluster).map(({ name }) => name);
    assert.ok(!names.some((name) => nodes.includes(`${name}/`)), `${cluster.name} lists nodes of a mesh:\n${nodes}`);
    tell.quote(`${cluster.name}, ${node.name}:`);
    tell.quote(indent(nodes));
  }
}

/** Lines of the log that tell how an agent reached the etcd of a peer and what it found there. */
const REACHED =
  /Connecting to (remote cluster|etcd server)|connection established|Connection to remote cluster|Found remote cluster/i;

/** Time and message of a log line, without the module it is from. */
const shortened = (line: string): string =>
  line.replace(/^time=[^T]*T(\d\d:\d\d:\d\d\.\d{3})\S*/, "$1").replace(/ module=\S+/, "");

/** What each agent logs and says of the other clusters. */
export const showAgents = (tell: Narrator, lab: Lab): Promise<void> =>
  forEachNode(lab, tell, async (cluster, node) => {
    const others = lab.clusters.filter((other) => other !== cluster).map(({ name }) => name);
    const logged = (await agentLog(cluster, node))
      .split("\n")
      .filter((line) => REACHED.test(line) && others.some((name) => line.includes(`clusterName=${name}`)))
      .map(shortened);
    assert.ok(logged.length > 0, `${cluster.name}, ${node.name}: the log says nothing of ${others.join(", ")}`);
    const status = await inAgent(cluster, node, [DBG, "status", "--verbose"]);
    const section = /^ClusterMesh:[^\n]*\n(?:\s+[^\n]*\n)*/m.exec(status)?.[0] ?? "";
    assert.notEqual(section, "", `${cluster.name}, ${node.name}: the agent says nothing of a ClusterMesh`);
    return [...logged, section].join("\n");
  });

/** The nodes that agents list: those of every cluster, under the name of their cluster. */
export async function showNodes(tell: Narrator, lab: Lab): Promise<void> {
  for (const { cluster, node } of firstNodes(lab)) {
    const nodes = await inAgent(cluster, node, [DBG, "node", "list"]);
    for (const each of allNodes(lab.clusters)) {
      assert.match(nodes, new RegExp(`^${each.cluster.name}/${each.node.name}\\s`, "m"));
    }
    tell.quote(`${cluster.name}, ${node.name}:`);
    tell.quote(indent(nodes));
  }
}

/** The demo's identities, with the cluster decoded from the number. */
export async function showIdentities(tell: Narrator, lab: Lab): Promise<void> {
  const [first] = firstNodes(lab);
  if (first === undefined) return;
  const identities = parseIdentities(await inAgent(first.cluster, first.node, [DBG, "identity", "list", "-o", "json"]));
  const rows = identities.map(({ identity, cluster, labels }) => {
    const label = (name: string): string =>
      labels.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
    return {
      identity,
      "identity >> 16": cluster,
      cluster: label("k8s:io.cilium.k8s.policy.cluster"),
      namespace: label("k8s:io.kubernetes.pod.namespace"),
      app: label("k8s:app"),
    };
  });
  tell.quote(`${first.cluster.name}, ${first.node.name}:`);
  tell.quote(indent(table(rows)));
  for (const { name, id } of lab.clusters) {
    assert.ok(
      rows.some((row) => row.cluster === name && row["identity >> 16"] === id),
      `${first.cluster.name} knows no identity of ${name} with id ${id}`,
    );
  }
}
