import { z } from "zod";
import type { LabCluster, LabNode } from "../../../lab";
import { inAgent } from "../../support/agents";
import { parseIdentities } from "../../support/identities";
import { ownEtcd } from "./ownEtcd";

const NODES = z.array(
  z.object({ name: z.string(), "primary-address": z.object({ ipv4: z.object({ ip: z.string() }).loose() }).loose() }),
);

/** Routes of a node to other nodes and their pods; those to its own pods come and go with them. */
async function routes(node: LabNode): Promise<readonly string[]> {
  const { stdout } = await node.run(["ip", "-4", "route", "show", "table", "all"]);
  return stdout
    .split("\n")
    .filter((line) => / via /.test(line))
    .map((line) => line.trim())
    .sort();
}

async function nodeList(cluster: LabCluster, node: LabNode): Promise<readonly string[]> {
  const listed = NODES.parse(JSON.parse(await inAgent(cluster, node, ["cilium-dbg", "node", "list", "-o", "json"])));
  return listed.map((each) => `${each.name} ${each["primary-address"].ipv4.ip}`).sort();
}

async function identities(cluster: LabCluster, node: LabNode): Promise<readonly string[]> {
  const json = await inAgent(cluster, node, ["cilium-dbg", "identity", "list", "-o", "json"]);
  return parseIdentities(json).map(({ identity, labels }) => `${identity} ${[...labels].sort().join(" ")}`);
}

/** The heartbeat is written every minute, whether or not there is a mesh. */
const HEARTBEAT = "cilium/.heartbeat";

async function etcdKeys(cluster: LabCluster): Promise<readonly string[]> {
  const keys = (await ownEtcd(cluster))("get", "cilium/", "--prefix", "--keys-only").split("\n");
  return keys.filter((key) => key !== "" && key !== HEARTBEAT).sort();
}

/** What Cilium of a cluster knows and has set: routes, nodes and identities of each agent, and the keys of its etcd. */
export async function agentState(cluster: LabCluster): Promise<Readonly<Record<string, readonly string[]>>> {
  const ofNodes = await Promise.all(
    cluster.nodes.map(async (node) => {
      const state = {
        routes: await routes(node),
        nodes: await nodeList(cluster, node),
        identities: await identities(cluster, node),
      };
      return Object.entries(state).map(([what, lines]) => [`${what} of ${node.name}`, lines] as const);
    }),
  );
  return Object.fromEntries([...ofNodes.flat(), ["keys in etcd", await etcdKeys(cluster)] as const]);
}
