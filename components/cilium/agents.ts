import { z } from "zod";
import { errorMessage } from "../basics/errorMessage";
import { chunks } from "../basics/model/lists";
import { withEach } from "../command/until";
import type { ClusterApi, ContainerRef } from "../kubernetes/clusterApi";
import type { Fields } from "../kubernetes/model/fields";
import { parseList } from "../kubernetes/model/liveObject";
import { conditions, isReady, podName } from "../kubernetes/model/pod";
import type { CiliumObjects } from "./model/agentConfig";
import { parseAgentStatus, type AgentReport } from "./model/agentStatus";
import { READERS, type Reader } from "./model/readers";
import { selectorOf } from "./readWorkload";

/** For an agent that is asked again and again: the next round gives it another chance. */
const EXEC_SECONDS = 20;
/** For an agent that is asked once: what it does not answer in time, or does not do, stays so. */
export const ONLY_EXEC_SECONDS = 60;
/** So many agents of a cluster are asked side by side: each takes a process here and a connection there. */
export const AGENTS_AT_ONCE = 16;

/** A pod of an agent, or of another workload, and where it runs. */
export interface AgentPod {
  readonly pod: string;
  readonly node: string;
  /** Whether it answers: not on a lost node. */
  readonly ready: boolean;
  /** When it was made, in RFC 3339; empty where that is not shown. */
  readonly created: string;
}

const POD_FIELDS: Fields = {
  metadata: { name: "text", creationTimestamp: "text", deletionTimestamp: "text" },
  spec: { nodeName: "text" },
  status: { phase: "text", conditions: [{ type: "text", status: "text" }] },
};

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: podName,
        creationTimestamp: z.string().nullish(),
        deletionTimestamp: z.string().optional(),
      }),
      spec: z.object({ nodeName: z.string().default("") }).prefault({}),
      status: z.object({ phase: z.string().nullish(), conditions }).nullish(),
    }),
  ),
});

/** In these a pod's containers have ended and never run again: one that was evicted stays so beside its successor. */
const ENDED: ReadonlySet<unknown> = new Set(["Failed", "Succeeded"]);

/** The pods that a label selector selects, without those that are going and those that have ended. */
export async function podsOf(api: ClusterApi, namespace: string, selector: string): Promise<readonly AgentPod[]> {
  const json = await api.listFields("pods", { namespace, selector }, POD_FIELDS);
  return podList
    .parse(JSON.parse(json))
    .items.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && !ENDED.has(status?.phase))
    .map(({ metadata, spec, status }) => ({
      pod: metadata.name,
      node: spec.nodeName,
      ready: isReady(status?.conditions),
      created: metadata.creationTimestamp ?? "",
    }));
}

/** Pods from before a time, in RFC 3339. Younger ones have read what was written then. */
export const olderThan = (pods: readonly AgentPod[], time: string | undefined): readonly AgentPod[] =>
  pods.filter(({ created }) => time === undefined || created === "" || Date.parse(created) < Date.parse(time));

/** The agent pods of a cluster, without those that are going; none where their DaemonSet is not there. */
export async function agentPods(
  api: ClusterApi,
  { namespace, daemonSet }: CiliumObjects,
): Promise<readonly AgentPod[]> {
  const selector = await selectorOf(api, namespace, `daemonset/${daemonSet}`);
  return selector === undefined ? [] : podsOf(api, namespace, selector);
}

/** So many pods are given to one process of kubectl, which takes one after the other; so many processes at once. */
const PODS_AT_ONCE = 20;
const PROCESSES_AT_ONCE = 16;

/** Does something with pods, by processes that each have their own time: the more pods there are, the longer it may take. */
async function withPods(
  what: string,
  pods: readonly string[],
  work: (some: readonly string[]) => Promise<unknown>,
): Promise<void> {
  const lots = chunks(pods, PODS_AT_ONCE);
  await withEach(`${what}, in lots of ${PODS_AT_ONCE}`, lots, PROCESSES_AT_ONCE, work);
}

/** What can delete pods. */
export type Deletes = Pick<ClusterApi, "command" | "objects" | "deletePods">;

/** The names of pods that are not ending, by their uids: a pod that comes back under its name has another. */
async function podUids(api: Deletes, namespace: string, pods: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const named = pods.map((pod) => `pod/${pod}`);
  const staying = parseList(await api.objects(named, namespace)).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  return new Map(staying.map(({ metadata }) => [metadata.uid, metadata.name]));
}

/** Deletes pods, and looks whether that was done. @throws Error when kubectl has ended well, and they are there all the same. */
async function deleted(
  api: Deletes,
  namespace: string,
  pods: readonly string[],
  wait: "untilGone" | "no",
): Promise<void> {
  const before = await podUids(api, namespace, pods);
  await api.deletePods(namespace, pods, wait);
  const after = await podUids(api, namespace, pods);
  const left = [...after].filter(([uid]) => before.has(uid)).map(([, pod]) => pod);
  if (left.length > 0) {
    throw new Error(
      `kubectl has deleted pods of namespace ${namespace}, and they are there all the same: ${left.join(", ")}; ` +
        `see what keeps them: ${api.command} -n ${namespace} get pod ${left.join(" ")} -o yaml`,
    );
  }
}

/**
 * Deletes pods. The caller waits until their successors are ready.
 *
 * @throws Error when kubectl has ended well, and pods are there all the same.
 */
export async function deletePods(api: Deletes, namespace: string, pods: readonly string[]): Promise<void> {
  await withPods("pods deleted", pods, (some) => deleted(api, namespace, some, "no"));
}

/**
 * Deletes a pod and waits until it is gone, or has been ending for so long that there is no use in waiting for it.
 *
 * @throws Error when kubectl has ended well, and the pod is there all the same.
 */
export function deletePod(api: Deletes, namespace: string, pod: string): Promise<void> {
  return deleted(api, namespace, [pod], "untilGone");
}

/** The container of what reads peers in a pod. */
export const containerOf = (reader: Reader, { namespace }: CiliumObjects, pod: string): ContainerRef => ({
  namespace,
  pod,
  container: READERS[reader].container,
});

/** Runs a command in that container. */
export const askIn = (
  api: ClusterApi,
  reader: Reader,
  cilium: CiliumObjects,
  pod: string,
  command: readonly string[],
  silenceSeconds = EXEC_SECONDS,
): Promise<string> => api.exec(containerOf(reader, cilium, pod), command, silenceSeconds);

/** Runs a command in an agent's container. */
export const inAgent = (
  api: ClusterApi,
  cilium: CiliumObjects,
  pod: string,
  command: readonly string[],
  silenceSeconds?: number,
): Promise<string> => askIn(api, "agent", cilium, pod, command, silenceSeconds);

/** What every agent of a cluster reports of its peers; an agent that reports nothing is part of the answer. */
export async function agentReports(
  api: ClusterApi,
  cluster: string,
  cilium: CiliumObjects,
  which: (agent: AgentPod) => boolean = () => true,
): Promise<readonly AgentReport[]> {
  const pods = (await agentPods(api, cilium)).filter(which);
  const what = `cluster "${cluster}": agents asked for their peers`;
  return withEach(what, pods, AGENTS_AT_ONCE, async ({ pod, node }): Promise<AgentReport> => {
    const status = inAgent(api, cilium, pod, ["cilium-dbg", "status", "-o", "json"]);
    const failed = (error: unknown) => ({ error: errorMessage(error) });
    return { cluster, pod, node, peers: await status.then(parseAgentStatus).catch(failed) };
  });
}

/** Annotates pods, so that the kubelets sync changed Secrets and ConfigMaps into them at once. Without a change of the pod that takes about a minute. */
export async function syncPodsNow(
  api: ClusterApi,
  cilium: Pick<CiliumObjects, "namespace">,
  who: string,
  pods: readonly AgentPod[],
  cluster?: string,
): Promise<void> {
  const now = new Date().toISOString().replaceAll(":", "-");
  const where = cluster === undefined ? "" : `cluster "${cluster}": `;
  const names = pods.map(({ pod }) => pod);
  await withPods(`${where}${who} told of changed files`, names, (some) =>
    api.annotatePods(cilium.namespace, some, "cilium-clustermesh/synced-at", now),
  );
}

/** Does that for the agents' pods. */
export async function syncSecretsNow(api: ClusterApi, cilium: CiliumObjects, cluster?: string): Promise<void> {
  await syncPodsNow(api, cilium, "agents", await agentPods(api, cilium), cluster);
}
