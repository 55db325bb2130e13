import { lookAtMesh, type KnownMesh, type SeenMesh } from "../components";
import { errorMessage } from "../components/basics/errorMessage";
import { lastLine } from "../components/basics/model/lastLine";
import { mapLimited } from "../components/basics/mapLimited";
import { own } from "../components/basics/model/own";
import { printable } from "../components/basics/model/printable";
import { agentPods } from "../components/cilium/agents";
import { readerReports } from "../components/cilium/caches";
import { diagnose, type Diagnosis } from "../components/cilium/diagnosis";
import type { AgentReport } from "../components/cilium/model/agentStatus";
import type { ExpectedPeer } from "../components/cilium/model/readiness";
import { readWorkload } from "../components/cilium/readWorkload";
import { askedAgain } from "../components/kubernetes/askedAgain";
import type { ApiAccess, ClusterApi } from "../components/kubernetes/clusterApi";
import { withCluster } from "../components/kubernetes/kubectlApi";
import { withoutLost, type Cluster } from "../components/mesh/model/mesh";
import { CLUSTERS_AT_ONCE, reachable } from "../components/preflight/inspectAll";
import type { StackMesh } from "./stackMesh";

/** How live clusters are reached. */
export interface World {
  readonly lookAt: (mesh: {
    readonly description: KnownMesh;
    readonly managed: readonly string[];
  }) => Promise<SeenMesh>;
  readonly contact: <T>(name: string, access: ApiAccess, use: (api: ClusterApi) => Promise<T>) => Promise<T>;
}

/** What a person at a terminal sees meanwhile; a report that is sent by mail has none of it. */
function sayAtTerminal(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${printable(line)}\n`);
}

/** The clusters as kubectl reaches them. */
export const REAL_WORLD: World = {
  lookAt: (mesh) => lookAtMesh(mesh, sayAtTerminal),
  contact: (name, access, use) => withCluster(access, use, askedAgain(name)),
};

/** What the agents of a cluster say, and KVStoreMesh. */
export interface HeardCluster {
  readonly kind: "heard";
  readonly name: string;
  readonly agents: { readonly ready: number; readonly of: number };
  readonly reports: readonly AgentReport[];
  readonly diagnosis: Diagnosis;
}

/** A cluster whose agents were asked, or why not. */
export type AskedAgents = HeardCluster | { readonly kind: "unheard"; readonly name: string; readonly reason: string };

/** All that was seen of a mesh. */
export interface LiveMesh {
  readonly seen: SeenMesh;
  /** The clusters of the stack, but for lost ones. */
  readonly asked: readonly AskedAgents[];
  /** Those that their agents should see. */
  readonly peers: readonly ExpectedPeer[];
}

async function hear(
  api: ClusterApi,
  { name, id, reads }: Cluster,
  { cilium }: KnownMesh,
  peers: readonly ExpectedPeer[],
): Promise<HeardCluster> {
  const asked = { name, id, reads, api };
  const pods = await agentPods(api, cilium);
  const workload = await readWorkload(api, cilium.namespace, `daemonset/${cilium.daemonSet}`);
  const reports = await readerReports(
    asked,
    cilium,
    peers.map((peer) => peer.name),
  );
  const diagnosis = await diagnose([asked], cilium, peers, reports);
  const agents = { ready: pods.filter(({ ready }) => ready).length, of: workload?.desired ?? 0 };
  return { kind: "heard", name, agents, reports, diagnosis };
}

const NO_WAY = "neither context nor kubeconfig is given";
const ENCRYPTED = "its kubeconfig is encrypted in the stack's file; give a context";

/** Looks at the clusters of a stack. What one of them does not say is said of it, and the others are looked at. */
export async function liveMesh({ description, managed, encrypted }: StackMesh, world: World): Promise<LiveMesh> {
  const seen = await world.lookAt({ description, managed });
  const peers = withoutLost(seen.members).map(({ name, id }) => ({ name, id }));
  const ways = new Map(reachable(description).map(({ name, access }) => [name, access]));
  const clusters = withoutLost(seen.members).filter(({ name }) => managed.includes(name));
  const asked = await mapLimited(clusters, CLUSTERS_AT_ONCE, async (cluster): Promise<AskedAgents> => {
    const { name } = cluster;
    const unheard = (reason: string): AskedAgents => ({ kind: "unheard", name, reason });
    const access = ways.get(name);
    if (access === undefined) return unheard(encrypted.includes(`clusters.${name}.kubeconfig`) ? ENCRYPTED : NO_WAY);
    const live = seen.live.get(name);
    if (live?.kind === "unreachable") return unheard(live.reason);
    try {
      return await world.contact(name, access, (api) => hear(api, cluster, description, peers));
    } catch (error) {
      return unheard(lastLine(errorMessage(error)));
    }
  });
  return { seen, asked, peers };
}

/** What was heard of a cluster. */
export function heardOf({ asked }: LiveMesh, name: string): HeardCluster | undefined {
  return asked.find((each): each is HeardCluster => each.kind === "heard" && each.name === name);
}

/** Why a cluster was not heard. */
export function unheardOf({ asked }: LiveMesh, name: string): string | undefined {
  return own(
    Object.fromEntries(asked.flatMap((each) => (each.kind === "unheard" ? [[each.name, each.reason]] : []))),
    name,
  );
}
