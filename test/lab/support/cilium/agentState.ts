import type { LabCluster, LabNode } from "../../../../lab";
import { TRAFFIC_NAMESPACE } from "../../../support/cilium/crossNodeTraffic";
import { ownEtcd } from "../etcdUsers/ownEtcd";
import { identityList, nodeList } from "../peers/peers";

/** Routes of a node to other nodes and their pods; those to its own pods come and go with them. */
async function routes(node: LabNode): Promise<readonly string[]> {
  const ofFamily = async (family: string) =>
    (await node.run(["ip", family, "route", "show", "table", "all"])).stdout.split("\n");
  return [...(await ofFamily("-4")), ...(await ofFamily("-6"))]
    .filter((line) => / via /.test(line))
    .map((line) => line.trim())
    .sort();
}

async function nodes(cluster: LabCluster, node: LabNode): Promise<readonly string[]> {
  return (await nodeList(cluster, node))
    .map(({ name, "primary-address": { ipv4, ipv6 } }) => [name, ...[ipv4, ipv6].flatMap((each) => each?.ip ?? [])])
    .map((words) => words.join(" "))
    .sort();
}

/** Identities with a cluster id, its own and those of peers. */
async function identities(cluster: LabCluster, node: LabNode): Promise<readonly string[]> {
  return (await identityList(cluster, node))
    .filter((identity) => identity.cluster !== 0)
    .map(({ identity, labels }) => `${identity} ${[...labels].sort().join(" ")}`);
}

/**
 * Keys that come and go whether or not there is a mesh: the heartbeat, locks of agents that start, addresses of pods, and identities without
 * a cluster id, which the operator collects some time after the last pod that had them. And those of the tests' own traffic.
 */
const BY_THEMSELVES = new RegExp(
  `^cilium/(\\.heartbeat$|\\.initlock/|state/ip/v1/|state/identities/v1/id/\\d{1,5}$|.*${TRAFFIC_NAMESPACE})`,
);

async function etcdKeys(cluster: LabCluster): Promise<readonly string[]> {
  const keys = (await ownEtcd(cluster))("get", "cilium/", "--prefix", "--keys-only").split("\n");
  return keys.filter((key) => key !== "" && !BY_THEMSELVES.test(key)).sort();
}

/** What each agent of a cluster knows and has set: routes, nodes and identities. */
export async function agentsKnow(cluster: LabCluster): Promise<Readonly<Record<string, readonly string[]>>> {
  const ofNodes = await Promise.all(
    cluster.nodes.map(async (node) => {
      const state = {
        routes: await routes(node),
        nodes: await nodes(cluster, node),
        identities: await identities(cluster, node),
      };
      return Object.entries(state).map(([what, lines]) => [`${what} of ${node.name}`, lines] as const);
    }),
  );
  return Object.fromEntries(ofNodes.flat());
}

/** The same, and the keys of its etcd. */
export async function agentState(cluster: LabCluster): Promise<Readonly<Record<string, readonly string[]>>> {
  return { ...(await agentsKnow(cluster)), "keys in etcd": await etcdKeys(cluster) };
}
