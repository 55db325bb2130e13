import assert from "node:assert/strict";
import { z } from "zod";
import type { LabCluster, LabNode } from "../../../../lab";
import { allNodes, inAgent } from "../../../support/cilium/agents";
import { parseIdentities, type Identity } from "../../../support/cilium/identities";
import { waitUntil } from "../../../support/waitUntil";

/** How an agent sees a peer. */
export interface PeerSeen {
  readonly cluster: string;
  readonly node: string;
  readonly peer: string;
  readonly ready: boolean;
  readonly id: number;
}

/** Read here by hand and not with the product's own parser: a mistake in that one must not hide itself. */
const STATUS = z.object({
  "cluster-mesh": z
    .object({
      clusters: z
        .array(
          z.object({
            name: z.string(),
            ready: z.boolean().optional(),
            connected: z.boolean().optional(),
            config: z.object({ "cluster-id": z.number().optional() }).optional(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});

async function peersSeenFrom(cluster: LabCluster, node: LabNode): Promise<readonly PeerSeen[]> {
  const status = STATUS.parse(JSON.parse(await inAgent(cluster, node, ["cilium-dbg", "status", "-o", "json"])));
  return (status["cluster-mesh"]?.clusters ?? []).map(({ name, ready, connected, config }) => ({
    cluster: cluster.name,
    node: node.name,
    peer: name,
    ready: ready === true && connected === true,
    id: config?.["cluster-id"] ?? 0,
  }));
}

/** What every agent says of its peers. */
export async function peersSeen(clusters: readonly LabCluster[]): Promise<readonly PeerSeen[]> {
  return (await Promise.all(allNodes(clusters).map(({ cluster, node }) => peersSeenFrom(cluster, node)))).flat();
}

/** What every agent must say: every other cluster ready, with the id that the lab gives it. */
export const everyPeerReady = (clusters: readonly LabCluster[]): readonly PeerSeen[] =>
  allNodes(clusters).flatMap(({ cluster, node }) =>
    clusters
      .filter((peer) => peer !== cluster)
      .map((peer) => ({ cluster: cluster.name, node: node.name, peer: peer.name, ready: true, id: peer.id })),
  );

/** An agent that is just starting cannot be asked: it has not said yet what is waited for. */
const asking = async (holds: () => Promise<boolean>): Promise<boolean> => holds().catch(() => false);

/** Waits until every agent sees every peer ready. */
export async function meshReady(clusters: readonly LabCluster[], seconds = 90): Promise<void> {
  const expected = JSON.stringify(everyPeerReady(clusters));
  await waitUntil("every agent sees every peer ready", seconds, () =>
    asking(async () => JSON.stringify(await peersSeen(clusters)) === expected),
  );
}

/** Waits until no agent of a cluster sees a peer ready. */
export async function peerNotReady(cluster: LabCluster, peer: LabCluster, seconds = 60): Promise<void> {
  await waitUntil(`no agent of ${cluster.name} sees ${peer.name} ready`, seconds, () =>
    asking(async () => !(await peersSeen([cluster])).some((each) => each.peer === peer.name && each.ready)),
  );
}

/** Waits until no agent of a cluster knows a peer at all. */
export async function peerForgotten(cluster: LabCluster, peer: LabCluster, seconds = 60): Promise<void> {
  await waitUntil(`no agent of ${cluster.name} knows ${peer.name}`, seconds, () =>
    asking(async () => !(await peersSeen([cluster])).some((each) => each.peer === peer.name)),
  );
}

/** Without an address where the node has none of that family. */
const ADDRESS = z.object({ ip: z.string().optional() }).loose().optional();
const NODES = z.array(
  z.object({ name: z.string(), "primary-address": z.object({ ipv4: ADDRESS, ipv6: ADDRESS }).loose() }),
);

/** All nodes that an agent lists. */
export async function nodeList(cluster: LabCluster, node: LabNode): Promise<z.infer<typeof NODES>> {
  return NODES.parse(JSON.parse(await inAgent(cluster, node, ["cilium-dbg", "node", "list", "-o", "json"])));
}

/** Nodes of one cluster as an agent lists them, each with address and pod range. */
export async function nodesSeen(cluster: LabCluster, node: LabNode, of: LabCluster): Promise<readonly object[]> {
  return (await nodeList(cluster, node))
    .filter(({ name }) => name.startsWith(`${of.name}/`))
    .map((each) => ({ name: each.name, address: each["primary-address"] }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The identities of all workloads that an agent lists. */
export async function identityList(cluster: LabCluster, node: LabNode): Promise<readonly Identity[]> {
  return parseIdentities(await inAgent(cluster, node, ["cilium-dbg", "identity", "list", "-o", "json"]));
}

/** Numbers and labels of one cluster's identities as an agent lists them. */
export async function identitiesSeen(cluster: LabCluster, node: LabNode, of: LabCluster): Promise<readonly object[]> {
  return (await identityList(cluster, node))
    .filter((identity) => identity.cluster === of.id)
    .map(({ identity, labels }) => ({ identity, labels: [...labels].sort() }));
}

/** The identity that an agent's datapath takes an address for; 2 is `world`. */
export async function identityOf(cluster: LabCluster, node: LabNode, ip: string): Promise<number> {
  const said = await inAgent(cluster, node, ["cilium-dbg", "bpf", "ipcache", "get", ip]);
  return Number(/identity=(\d+)/.exec(said)?.[1] ?? assert.fail(`${cluster.name}, ${node.name}: ${said}`));
}
