import assert from "node:assert/strict";
import type { Lab, LabCluster, LabNode } from "../../lab";
import { KVSTOREMESH_PROGRAM } from "../../components/cilium/model/readers";
import { agentLog, agentUids, allNodes, inAgent } from "../support/cilium/agents";
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

/** That no agent knows another cluster. */
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

/** Whether the names in a text of `kvstoremesh-dbg status` are ready. */
const isReady = (said: string, name: string): boolean => new RegExp(`^\\s*${name}: ready,`, "m").test(said);

/** What KVStoreMesh of each cluster says of the others: agents that read its cache call a peer ready that it cannot reach. */
export async function showCaches(tell: Narrator, clusters: readonly LabCluster[], lab: Lab): Promise<void> {
  for (const cluster of clusters) {
    const target = ["exec", "deployment/clustermesh-apiserver", "--container=kvstoremesh", "--"];
    const status = [...KVSTOREMESH_PROGRAM, "status", "--verbose"];
    const { stdout } = await cluster.run(["--namespace=kube-system", ...target, ...status]);
    for (const { name } of lab.clusters.filter((other) => other !== cluster)) {
      assert.ok(isReady(stdout, name), `${cluster.name}: KVStoreMesh does not say that ${name} is ready:\n${stdout}`);
    }
    tell.quote(`${cluster.name}:`);
    tell.quote(indent(stdout));
  }
}

/** The agents of a cluster at some moment. */
export interface AgentsThen {
  readonly cluster: LabCluster;
  readonly uids: readonly string[];
}

/** The agents of every cluster now. */
export const agentsOf = (lab: Lab): Promise<readonly AgentsThen[]> =>
  Promise.all(lab.clusters.map(async (cluster) => ({ cluster, uids: await agentUids(cluster) })));

/** Which clusters' agents are still the same: all that have their name and id from the beginning. */
export async function showRestarts(tell: Narrator, before: readonly AgentsThen[]): Promise<void> {
  const rows = await Promise.all(
    before.map(async ({ cluster, uids }) => {
      const same = JSON.stringify(await agentUids(cluster)) === JSON.stringify(uids);
      if (cluster.mode !== "kvstore") assert.ok(same, `${cluster.name}: agents were restarted`);
      return { cluster: cluster.name, mode: cluster.mode, agents: same ? "not restarted" : "rolled" };
    }),
  );
  tell.quote(table(rows));
}

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
