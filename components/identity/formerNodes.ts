import { errorMessage } from "../basics/errorMessage";
import { agentPods } from "../cilium/agents";
import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import { openKvstore, type Kvstore } from "../cilium/kvstore";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import {
  HIDDEN,
  HIDDEN_LATE,
  leaseSeconds,
  leftBehind,
  nodeKeys,
  nodeKeysIn,
  notRenamed,
  type Names,
} from "../cilium/model/nodeKeys";
import { meanwhile } from "../command/meanwhile";
import { progress } from "../command/protocol";
import { until } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { tellingLine } from "../kubernetes/model/tellingLine";

/** A cluster whose agents get another name, one after the other. */
export interface Renaming extends Names {
  readonly cluster: string;
  readonly cilium: CiliumObjects;
}

/** Agents renew a lease when a third of it is over: the keys of one that has ended stay for two thirds of it at least, which are three rounds. */
const ROUNDS_OF_LEASE = 5;
/** An agent that is asked may be the next to be restarted: then another one is, soon. */
const AGAIN = 0.1;

/** Agents that are ready show their node under their name by then. */
const RENAMED_SECONDS = 30;

/** Whether agents keep their state in etcd. Others leave nothing there. */
export const isInEtcd = (live: LiveConfig | undefined): boolean => live?.data["kvstore"] === "etcd";

/** The nodes under both names. */
const find = async (kvstore: Kvstore, { from, to }: Names): Promise<string> =>
  `${await kvstore.list(nodeKeys(from))}\n${await kvstore.list(nodeKeys(to))}`;

/** How many nodes' agents may still run with the former name. One that has no agent any more, for it is removed, is none of them. */
async function countLate(api: ClusterApi, { cilium, ...names }: Renaming, listing: string): Promise<number> {
  const nodes = new Set((await agentPods(api, cilium)).map(({ node }) => node));
  return notRenamed(listing, names).filter((node) => nodes.has(node)).length;
}

/** Takes the lease from keys of nodes whose agents run with the other name by now. */
async function keepOnce(api: ClusterApi, renaming: Renaming, kept: Set<string>): Promise<void> {
  const kvstore = await openKvstore(api, renaming.cilium);
  if (kvstore === undefined) return;
  const entries = leftBehind(await find(kvstore, renaming), renaming).filter(([key]) => !kept.has(key));
  await kvstore.set(entries);
  entries.forEach(([key]) => kept.add(key));
}

/**
 * Waits for a roll-out with another name. The agents that it reaches late need the keys of the nodes that it has reached early, for longer than
 * these would stay: they get no lease, so that none of them ends before the roll-out does.
 */
export async function keepingNodes<T>(api: ClusterApi, renaming: Renaming, rollOut: () => Promise<T>): Promise<T> {
  const live = await readConfigMap(api, renaming.cilium);
  if (live === undefined || !isInEtcd(live) || renaming.from === renaming.to) return rollOut();
  const roundMs = (leaseSeconds(live.data) * 1000) / ROUNDS_OF_LEASE;
  const kept = new Set<string>();
  let said = false;
  const keep = async () => {
    try {
      await keepOnce(api, renaming, kept);
      return roundMs;
    } catch (error) {
      if (!said) {
        const why = tellingLine(errorMessage(error));
        progress(
          `cluster "${renaming.cluster}": nodes under its former name could not be kept in its etcd yet (${why})`,
        );
      }
      said = true;
      return roundMs * AGAIN;
    }
  };
  return meanwhile(roundMs, keep, rollOut);
}

const hide = (kvstore: Kvstore, keys: readonly string[], value: string): Promise<void> =>
  kvstore.set(keys.map((key) => [key, value] as const));

/** Hides a cluster's nodes under this name: agents that know them keep them, and those that start from now on never learn of them. */
export async function hideNodes(kvstore: Kvstore, cluster: string): Promise<void> {
  const { shown, known } = nodeKeysIn(await kvstore.list(nodeKeys(cluster)), cluster);
  await hide(kvstore, [...shown, ...known], HIDDEN);
}

/**
 * Removes a cluster's nodes under the name that it has had, once all agents have started since they were hidden.
 *
 * @returns How many agents may know all the same: for these were not hidden, and are now; or for one of them may still run with that name. They stay.
 */
export async function removeNodes(api: ClusterApi, kvstore: Kvstore, renaming: Renaming): Promise<number> {
  const listing = await find(kvstore, renaming);
  const { shown, known, hidden } = nodeKeysIn(listing, renaming.from);
  await hide(kvstore, shown, HIDDEN_LATE);
  const late = shown.length + known.length;
  if ((await countLate(api, renaming, listing)) > 0) return late + hidden.length;
  if (late === 0) await kvstore.deletePrefix(nodeKeys(renaming.from));
  else await kvstore.deleteKeys(hidden);
  return late;
}

/** A cluster that has joined, by the id that it had before. */
export interface Joined extends Renaming {
  readonly fromId: number;
}

/**
 * Removes nodes under the name that a cluster had before it joined, once all agents have the new one. Those take none of them that are of no id: an agent that
 * has one reads nodes of its own and of others alone. Nodes of another id they know, and would see end, so these are hidden. Where an agent may
 * still run with the former name, all stay, also when the leases of those who wrote them end.
 */
export async function removeFormerNodes(api: ClusterApi, joined: Joined): Promise<void> {
  const { cluster, cilium, from, to, fromId } = joined;
  if (from === to || !isInEtcd(await readConfigMap(api, cilium))) return;
  const areRead = fromId !== 0;
  const sayStay = (why: string) => {
    const read = areRead ? "" : `; agents of ${to} read none of them`;
    progress(`cluster "${cluster}": nodes (${nodeKeys(from)}) stay in its etcd (${why})${read}`);
  };
  try {
    const kvstore = await openKvstore(api, cilium);
    if (kvstore === undefined) return;
    const { listing, late } = await until(
      Date.now() + RENAMED_SECONDS * 1000,
      async () => {
        const seen = await find(kvstore, joined);
        return { listing: seen, late: await countLate(api, joined, seen) };
      },
      (seen) => seen.late === 0,
      (seen) => `cluster "${cluster}": ${seen.late} nodes are not in its etcd under its name yet`,
    );
    if (late > 0) {
      await kvstore.set(leftBehind(listing, joined));
      sayStay(`${late} are not there under its name`);
    } else if (areRead) {
      await hide(kvstore, nodeKeysIn(listing, from).shown, HIDDEN_LATE);
    } else {
      await kvstore.deletePrefix(nodeKeys(from));
    }
  } catch (error) {
    sayStay(tellingLine(errorMessage(error)));
  }
}
