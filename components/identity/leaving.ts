import { errorLine, errorMessage } from "../basics/errorMessage";
import { firstFew } from "../basics/model/bounded";
import { agentReports, syncSecretsNow } from "../cilium/agents";
import { readConfigMap } from "../cilium/configMap";
import { openKvstore, type Kvstore } from "../cilium/kvstore";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { AgentReport } from "../cilium/model/agentStatus";
import { configKey, IDENTITY_KEYS, identityKeys, namedKeys } from "../cilium/model/kvstoreKeys";
import { HIDDEN, nodeKeys } from "../cilium/model/nodeKeys";
import type { Before } from "../cilium/model/rollOut/judge";
import { waitForRollOut } from "../cilium/rollOut";
import { annotate, isAnnotated } from "../cilium/rollOutAnnotation";
import { progress } from "../command/protocol";
import { until } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { tellingLine } from "../kubernetes/model/tellingLine";
import type { MaxConnectedClusters } from "../mesh/model/mesh";
import { secretFiles } from "../peers/secretFiles";
import { hideNodes, isInEtcd, keepingNodes, removeNodes, type Renaming } from "./formerNodes";
import type { AroundRollOut } from "./underPolicies";

/** A cluster that leaves its mesh. */
export interface Leaving {
  readonly name: string;
  readonly id: number;
  /** The name that it has again. */
  readonly originalName: string;
  readonly maxConnectedClusters: MaxConnectedClusters;
  readonly cilium: CiliumObjects;
}

/** Its agents get their own name back. */
const renamingOf = ({ name, originalName, cilium }: Leaving): Renaming => ({
  cluster: name,
  cilium,
  from: name,
  to: originalName,
});

const LEAVING = "leaving";
const PEERS_REMOVED_SECONDS = 120;

const podsOf = (reports: readonly AgentReport[]): string => firstFew(reports.map(({ pod }) => pod)).join(", ");

/**
 * Waits until no agent lists a peer, after the peers' files are removed. A cluster leaves in this order because only agents that still run
 * under the cluster's name remove routes and nodes of its peers. It does not wait for agents on lost nodes.
 */
export async function waitForPeersRemoved(
  api: ClusterApi,
  { name, cilium }: Leaving,
  peerSecret: string,
): Promise<void> {
  await syncSecretsNow(api, cilium, name);
  const stay = await secretFiles(api, cilium.namespace, peerSecret);
  const knowing = await until(
    Date.now() + PEERS_REMOVED_SECONDS * 1000,
    async () => {
      const reports = await agentReports(api, name, cilium, ({ ready }) => ready);
      return reports.filter(({ peers }) => "error" in peers || peers.some((peer) => !stay.has(peer.name)));
    },
    (seen) => seen.length === 0,
    (seen) => `cluster "${name}": ${seen.length} agents still list peers, or do not answer: ${podsOf(seen)}`,
  );
  if (knowing.length > 0) {
    const agents = podsOf(knowing);
    progress(`warning: cluster "${name}": ${agents} still list peers, or do not answer; going on without them`);
  }
}

/** Waits for a roll-out; one that does not end is no reason to keep a cluster in a mesh. @returns Whether it has ended. */
export async function rolled(
  api: ClusterApi,
  { name, cilium }: Leaving,
  timeoutSeconds: number,
  before?: ReadonlyMap<string, Before>,
): Promise<boolean> {
  try {
    await waitForRollOut(api, name, cilium, timeoutSeconds, before);
    return true;
  } catch (error) {
    progress(
      `warning: cluster "${name}": not all agents run with the values that were restored (${errorLine(error)}); going on`,
    );
    return false;
  }
}

async function roll(api: ClusterApi, leaving: Leaving, value: string | null, timeoutSeconds: number): Promise<void> {
  const before = await annotate(api, leaving.cilium, value);
  await rolled(api, leaving, timeoutSeconds, before);
}

/** Whether agents keep their state in etcd; others leave nothing there. */
const keepsInEtcd = async (api: ClusterApi, cilium: CiliumObjects): Promise<boolean> =>
  isInEtcd(await readConfigMap(api, cilium));

/**
 * Renames a cluster on its nodes where these are in no etcd: one roll-out with the original values. There are no nodes under the mesh's name that
 * agents of that roll-out could take for another cluster's.
 */
async function rollOnce(api: ClusterApi, leaving: Leaving, timeoutSeconds: number): Promise<void> {
  // Where others have taken the annotation away, taking it away would roll nothing.
  if (!(await isAnnotated(api, leaving.cilium))) await roll(api, leaving, LEAVING, timeoutSeconds);
  await roll(api, leaving, null, timeoutSeconds);
}

/**
 * Renames a cluster on its nodes: a roll-out with the original values, then its nodes under the mesh's name are hidden in etcd, then a second
 * roll-out. Agents of the first know every node by both names, and forget what both share when one of them ends; so they see none end, however
 * long the second takes, whose agents never know the mesh's. Once all have started, {@link removeNodeKeys}.
 *
 * @param last What has to be done just before the second roll-out.
 * @param around What has to be done during and after the first; where that is something, there are two in any case.
 */
export async function renameOnNodes(
  api: ClusterApi,
  leaving: Leaving,
  timeoutSeconds: number,
  last: () => Promise<unknown>,
  around?: AroundRollOut,
): Promise<void> {
  const { name, cilium } = leaving;
  if (around === undefined && !(await keepsInEtcd(api, cilium))) return rollOnce(api, leaving, timeoutSeconds);
  const rollFirst = () => keepingNodes(api, renamingOf(leaving), () => roll(api, leaving, LEAVING, timeoutSeconds));
  await (around === undefined ? rollFirst() : around.during(rollFirst));
  await around?.after();
  await inKvstore(api, leaving, nodesOf(api, leaving), "hidden in", (kvstore) => hideNodes(kvstore, name));
  await last();
  // Where others, such as a Helm upgrade, have taken the annotation away since, taking it away would roll nothing.
  await roll(api, leaving, LEAVING, timeoutSeconds);
  await roll(api, leaving, null, timeoutSeconds);
}

/** Keys that stay in a cluster's etcd, and how a person removes them. */
interface Keys {
  readonly what: string;
  readonly removal: string;
}

const DELETE = "cilium-dbg kvstore delete";

/** An agent that knows a node, and sees its key end, loses routes. */
const nodesOf = ({ command }: Pick<ClusterApi, "command">, { name, cilium }: Leaving): Keys => ({
  what: `nodes (${nodeKeys(name)})`,
  removal:
    `set their keys to ${JSON.stringify(HIDDEN)}, which no agent reads (cilium-dbg kvstore set), restart agents and operator ` +
    `(${command} -n ${cilium.namespace} rollout restart daemonset/${cilium.daemonSet}), and delete them then (${DELETE})`,
});

const namedOf = ({ id }: Leaving): Keys => ({
  what: `configuration, services and identities of id ${id}`,
  removal: `delete them with ${DELETE}`,
});

function sayStay({ name }: Leaving, { what, removal }: Keys, why: string): void {
  progress(`warning: cluster "${name}": ${what} stay in its etcd (${why}); ${removal}`);
}

/** Does something with keys in a cluster's etcd; a cluster whose etcd is gone leaves all the same, and what stays is named. */
async function inKvstore(
  api: ClusterApi,
  leaving: Leaving,
  keys: Keys,
  done: string,
  work: (kvstore: Kvstore) => Promise<void>,
): Promise<void> {
  const { name, cilium } = leaving;
  if (!(await keepsInEtcd(api, cilium))) return;
  try {
    const kvstore = await openKvstore(api, cilium);
    if (kvstore !== undefined) {
      await work(kvstore);
      progress(`cluster "${name}": ${keys.what} ${done} its etcd`);
    }
  } catch (error) {
    sayStay(leaving, keys, tellingLine(errorMessage(error)));
  }
}

/** Keys stay where no time is known at which agents write them no more, and none reads them: they are named. */
export async function sayKeysStay(
  api: ClusterApi,
  leaving: Leaving,
  which: "nodes" | "all",
  why: string,
): Promise<void> {
  if (!(await keepsInEtcd(api, leaving.cilium))) return;
  sayStay(leaving, nodesOf(api, leaving), why);
  if (which === "all") sayStay(leaving, namedOf(leaving), why);
}

/** Removes its nodes under the mesh's name, once all agents have started since these were hidden. Those that agents may know stay. */
export const removeNodeKeys = (api: ClusterApi, leaving: Leaving): Promise<void> =>
  inKvstore(api, leaving, nodesOf(api, leaving), "removed from", async (kvstore) => {
    const known = await removeNodes(api, kvstore, renamingOf(leaving));
    if (known > 0) throw new Error(`agents may know ${known} of them`);
  });

/** Removes what else the cluster wrote under its name and id, once its agents and operator have both back. */
export const removeNamedKeys = (api: ClusterApi, leaving: Leaving): Promise<void> =>
  inKvstore(api, leaving, namedOf(leaving), "removed from", async (kvstore) => {
    const { name, id, maxConnectedClusters } = leaving;
    for (const prefix of namedKeys(name)) await kvstore.deletePrefix(prefix);
    const identities = identityKeys(await kvstore.list(IDENTITY_KEYS), id, maxConnectedClusters);
    await kvstore.deleteKeys([configKey(name), ...identities]);
  });
