import { setTimeout as delay } from "node:timers/promises";
import { errorMessage } from "../basics/errorMessage";
import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import { openKvstore, type Kvstore } from "../cilium/kvstore";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { formerNodes, HIDDEN, KEPT, leaseSeconds, nodeKeys, type FormerNodes } from "../cilium/model/nodeKeys";
import { progress } from "../command/protocol";
import { until } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { tellingLine } from "../kubernetes/model/tellingLine";

/** A cluster whose agents get another name, one after the other. */
export interface Renaming {
  readonly cluster: string;
  readonly cilium: CiliumObjects;
  readonly from: string;
  readonly to: string;
}

/** Agents renew a lease when a third of it is over: the keys of one that has ended stay for two thirds of it at least, which are three rounds. */
const ROUNDS_OF_LEASE = 5;
/** An agent that is asked may be the next to be restarted: then another one is, soon. */
const AGAIN = 0.1;

/** Agents that are ready show their node under their name by then. */
const RENAMED_SECONDS = 30;

/** Whether agents keep their state in etcd. Others leave nothing there. */
export const isInEtcd = (live: LiveConfig | undefined): boolean => live?.data["kvstore"] === "etcd";

async function find(kvstore: Kvstore, renaming: Renaming): Promise<FormerNodes> {
  const [former, renamed] = [await kvstore.list(nodeKeys(renaming.from)), await kvstore.list(nodeKeys(renaming.to))];
  return formerNodes(`${former}\n${renamed}`, renaming);
}

/** Takes the lease from keys of nodes whose agents run with the other name by now. */
async function keepOnce(api: ClusterApi, renaming: Renaming, kept: Set<string>): Promise<void> {
  const kvstore = await openKvstore(api, renaming.cilium);
  if (kvstore === undefined) return;
  const { leftBehind } = await find(kvstore, renaming);
  const entries = leftBehind.filter(([key]) => !kept.has(key));
  await kvstore.set(entries);
  entries.forEach(([key]) => kept.add(key));
}

/** Does that again and again, until it is told to stop. What failed is said once. */
async function keep(api: ClusterApi, renaming: Renaming, roundMs: number, stop: AbortSignal): Promise<void> {
  const kept = new Set<string>();
  let pause = roundMs;
  let said = false;
  for (;;) {
    try {
      await delay(pause, undefined, { signal: stop });
    } catch {
      return;
    }
    try {
      await keepOnce(api, renaming, kept);
      pause = roundMs;
    } catch (error) {
      const why = tellingLine(errorMessage(error));
      pause = roundMs * AGAIN;
      if (!said) {
        progress(
          `cluster "${renaming.cluster}": nodes under its former name could not be kept in its etcd yet (${why})`,
        );
      }
      said = true;
    }
  }
}

/**
 * Waits for a roll-out with another name. The agents that it reaches late need the keys of the nodes that it has reached early, for longer than
 * these would stay: they get no lease, so that none of them ends before the roll-out does.
 */
export async function keepingNodes<T>(api: ClusterApi, renaming: Renaming, rollOut: () => Promise<T>): Promise<T> {
  const live = await readConfigMap(api, renaming.cilium);
  if (live === undefined || !isInEtcd(live) || renaming.from === renaming.to) return rollOut();
  const stop = new AbortController();
  const kept = keep(api, renaming, (leaseSeconds(live.data) * 1000) / ROUNDS_OF_LEASE, stop.signal);
  try {
    return await rollOut();
  } finally {
    stop.abort();
    await kept;
  }
}

/** Looks for them until all are renamed that will be: an agent may be ready a moment before its node is there. */
const findRenamed = (kvstore: Kvstore, renaming: Renaming): Promise<FormerNodes> =>
  until(
    Date.now() + RENAMED_SECONDS * 1000,
    () => find(kvstore, renaming),
    ({ notRenamed }) => notRenamed === 0,
    ({ notRenamed }) => `cluster "${renaming.cluster}": ${notRenamed} nodes are not in its etcd as ${renaming.to} yet`,
  );

/**
 * Hides nodes under the name that a cluster's agents have had: agents that know them keep them, and those that start from now on never learn of them.
 * A node whose agent may still run with the former name is known by nothing else, and is not hidden.
 */
export async function hideNodes(kvstore: Kvstore, renaming: Renaming): Promise<void> {
  const { leftBehind } = await findRenamed(kvstore, renaming);
  await kvstore.set(leftBehind.map(([key]) => [key, HIDDEN] as const));
}

/**
 * Removes hidden nodes, once all agents have started since they were hidden.
 *
 * @returns How many others there are, which agents may know: they stay, so that no agent sees one end.
 */
export async function removeHidden(kvstore: Kvstore, renaming: Renaming): Promise<number> {
  const { leftBehind, notRenamed, hidden } = await find(kvstore, renaming);
  await kvstore.set(leftBehind.map(([key]) => [key, KEPT] as const));
  const others = leftBehind.length + notRenamed;
  if (others > 0) await kvstore.deleteKeys(hidden);
  else await kvstore.deletePrefix(nodeKeys(renaming.from));
  return others;
}

/**
 * Removes nodes under the name that a cluster had before it joined, once all agents have the new one. Those take none of them: they are of no id,
 * and an agent that has one reads nodes of its own and of others alone. Where an agent may still run with the former name, all stay.
 */
export async function removeFormerNodes(api: ClusterApi, renaming: Renaming): Promise<void> {
  const { cluster, cilium, from, to } = renaming;
  if (from === to || !isInEtcd(await readConfigMap(api, cilium))) return;
  const sayStay = (why: string) => {
    progress(
      `cluster "${cluster}": nodes (${nodeKeys(from)}) stay in its etcd (${why}); agents of ${to} read none of them`,
    );
  };
  try {
    const kvstore = await openKvstore(api, cilium);
    if (kvstore === undefined) return;
    const { notRenamed } = await findRenamed(kvstore, renaming);
    if (notRenamed === 0) await kvstore.deletePrefix(nodeKeys(from));
    else sayStay(`${notRenamed} are not there under its name`);
  } catch (error) {
    sayStay(tellingLine(errorMessage(error)));
  }
}
