import { z } from "zod";
import { errorMessage } from "../basics/errorMessage";
import { withEach } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { Fields } from "../kubernetes/model/fields";
import type { OpenCluster } from "../kubernetes/openClusters";
import type { Reads } from "../mesh/model/publication";
import { AGENTS_AT_ONCE, agentReports, askIn, containerOf, podsOf, syncPodsNow, type AgentPod } from "./agents";
import type { CiliumObjects } from "./model/agentConfig";
import { parseCacheStatus, type AgentReport } from "./model/agentStatus";
import { isBeingEmptied } from "./model/peerCauses";
import { agentReader, KVSTOREMESH_PROGRAM, READERS } from "./model/readers";
import { selectorOf } from "./readWorkload";

/** A cluster that is asked how it sees its peers. */
export type AskedCluster = OpenCluster & { readonly reads?: Reads };

/** The Deployment whose pods have an etcd and KVStoreMesh, which caches there what it reads of the peers. Its name is the chart's. */
const DEPLOYMENT = "deployment/clustermesh-apiserver";
/** The cache of a peer is emptied for three minutes; a line from before that is about an earlier time. */
const LOG_SINCE = "5m";

/** KVStoreMesh of before Cilium 1.15 is another program, and the first of 1.15 cannot be asked either. */
const CANNOT_BE_ASKED = /unknown command|executable file .*not found/i;

/** Whether an error says that this KVStoreMesh cannot be asked at all. */
export const cannotBeAsked = (error: string): boolean => CANNOT_BE_ASKED.test(error);

/** By what the pods of clustermesh-apiserver are selected; `undefined` where the Deployment is not there. */
export const apiserverSelector = (api: ClusterApi, namespace: string): Promise<string | undefined> =>
  selectorOf(api, namespace, DEPLOYMENT);

/** The pods of clustermesh-apiserver; each has an etcd, and a cache, of its own. None where the Deployment is not there. */
export async function apiserverPods(
  api: ClusterApi,
  { namespace }: Pick<CiliumObjects, "namespace">,
): Promise<readonly AgentPod[]> {
  const selector = await apiserverSelector(api, namespace);
  return selector === undefined ? [] : podsOf(api, namespace, selector);
}

const CONTAINERS: Fields = { metadata: { deletionTimestamp: "text" }, spec: { containers: [{ name: "text" }] } };

const containersOfPods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ deletionTimestamp: z.string().optional() }).prefault({}),
      spec: z.object({ containers: z.array(z.object({ name: z.string().optional() })).nullish() }).prefault({}),
    }),
  ),
});

/** Whether a pod of clustermesh-apiserver that is not ending has KVStoreMesh, and so a cache. */
export async function runsKvstoremesh(
  api: ClusterApi,
  { namespace }: Pick<CiliumObjects, "namespace">,
): Promise<boolean> {
  const selector = await apiserverSelector(api, namespace);
  if (selector === undefined) return false;
  const pods = containersOfPods.parse(JSON.parse(await api.listFields("pods", { namespace, selector }, CONTAINERS)));
  return pods.items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .some(({ spec }) => (spec.containers ?? []).some(({ name }) => name === READERS.kvstoremesh.container));
}

/** Annotates them, so that the kubelets sync a changed Secret or ConfigMap into them at once. */
export async function syncApiserverNow(
  api: ClusterApi,
  cilium: Pick<CiliumObjects, "namespace">,
  cluster?: string,
): Promise<void> {
  await syncPodsNow(api, cilium, "clustermesh-apiserver", await apiserverPods(api, cilium), cluster);
}

/** Of these peers, those that KVStoreMesh does not take up yet because it is still removing them. */
async function emptyingOf(
  api: ClusterApi,
  cilium: CiliumObjects,
  pod: string,
  peers: readonly string[],
): Promise<readonly string[]> {
  if (peers.length === 0) return [];
  const log = await api.logs(containerOf("kvstoremesh", cilium, pod), LOG_SINCE).catch(() => "");
  return peers.filter((peer) => isBeingEmptied(log, peer));
}

async function cacheReport(
  api: ClusterApi,
  cluster: string,
  cilium: CiliumObjects,
  { pod, node }: AgentPod,
  declared: readonly string[],
): Promise<AgentReport> {
  const command = [...KVSTOREMESH_PROGRAM, "status", "-o", "json"];
  const at = { cluster, pod, node, reader: "kvstoremesh" } as const;
  try {
    const peers = parseCacheStatus(await askIn(api, "kvstoremesh", cilium, pod, command));
    const listed = new Set([cluster, ...peers.map(({ name }) => name)]);
    const missing = declared.filter((peer) => !listed.has(peer));
    return { ...at, peers, emptying: await emptyingOf(api, cilium, pod, missing) };
  } catch (error) {
    return { ...at, peers: { error: errorMessage(error) } };
  }
}

/**
 * What KVStoreMesh in every pod of a cluster reports of its peers. One that cannot be asked, and a cluster without any pod, are part of the answer.
 *
 * @param declared The names of the peers that it has to know.
 */
export async function cacheReports(
  api: ClusterApi,
  cluster: string,
  cilium: CiliumObjects,
  declared: readonly string[],
): Promise<readonly AgentReport[]> {
  const pods = await apiserverPods(api, cilium);
  if (pods.length === 0) {
    const error = "Deployment clustermesh-apiserver has no pod, and so the agents no cache";
    return [{ cluster, pod: "-", node: "-", reader: "kvstoremesh", peers: { error } }];
  }
  const what = `cluster "${cluster}": KVStoreMesh asked for its peers`;
  return withEach(what, pods, AGENTS_AT_ONCE, (pod) => cacheReport(api, cluster, cilium, pod, declared));
}

/**
 * How a cluster sees its peers: what its caches report, where its agents read those, and what its agents do.
 *
 * @param declared The names of the peers that caches have to know.
 */
export async function readerReports(
  { name, api, reads }: AskedCluster,
  cilium: CiliumObjects,
  declared: readonly string[],
): Promise<readonly AgentReport[]> {
  const [caches, agents] = await Promise.all([
    reads === "cached" ? cacheReports(api, name, cilium, declared) : [],
    agentReports(api, name, cilium),
  ]);
  const reader = agentReader(reads);
  return [...caches, ...agents.map((report) => (reader === "agent" ? report : { ...report, reader }))];
}
