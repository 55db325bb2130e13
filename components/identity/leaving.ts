import { errorMessage } from "../basics/errorMessage";
import { firstFew } from "../basics/model/bounded";
import { agentReports, syncSecretsNow } from "../cilium/agents";
import { readConfigMap } from "../cilium/configMap";
import { openKvstore, type Kvstore } from "../cilium/kvstore";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { AgentReport } from "../cilium/model/agentStatus";
import { configKey, IDENTITY_KEYS, identityKeys, namedKeys, nodeKeys } from "../cilium/model/kvstoreKeys";
import type { Before } from "../cilium/model/rollOut/judge";
import { waitForRollOut } from "../cilium/rollOut";
import { annotate, isAnnotated } from "../cilium/rollOutAnnotation";
import { progress } from "../command/protocol";
import { until } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { tellingLine } from "../kubernetes/model/tellingLine";
import type { MaxConnectedClusters } from "../mesh/model/mesh";
import { secretFiles } from "../peers/secretFiles";

/** A cluster that leaves its mesh. */
export interface Leaving {
  readonly name: string;
  readonly id: number;
  readonly maxConnectedClusters: MaxConnectedClusters;
  readonly cilium: CiliumObjects;
}

const LEAVING = "leaving";
/** After so long the routes go that a removed node shares with one that stays: NodeDeleteDelay of Cilium. */
const ROUTES_STAY_SECONDS = 30;
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

/** Waits for a roll-out; one that does not end is no reason to keep a cluster in a mesh. */
export async function rolled(
  api: ClusterApi,
  { name, cilium }: Leaving,
  timeoutSeconds: number,
  before?: ReadonlyMap<string, Before>,
): Promise<void> {
  try {
    await waitForRollOut(api, name, cilium, timeoutSeconds, before);
  } catch (error) {
    const why = errorMessage(error).replace(/\n\s*/g, " ");
    progress(`warning: cluster "${name}": not all agents run with the values that were restored (${why}); going on`);
  }
}

async function roll(api: ClusterApi, leaving: Leaving, value: string | null, timeoutSeconds: number): Promise<void> {
  const before = await annotate(api, leaving.cilium, value);
  await rolled(api, leaving, timeoutSeconds, before);
}

/** Agents that do not keep their state in etcd leave nothing there. */
const isInKvstore = async (api: ClusterApi, cilium: CiliumObjects): Promise<boolean> =>
  (await readConfigMap(api, cilium))?.data["kvstore"] === "etcd";

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
 * Renames a cluster on its nodes: a roll-out with the original values, then its nodes under the mesh's name are removed from etcd, then a
 * second roll-out at once. Agents of the first take those nodes for another cluster's and would, half a minute after they
 * have stopped, remove the routes that both share; agents of the second have never known them.
 *
 * @param between What has to be done between the two roll-outs; where that is something, there are two in any case.
 */
export async function renameOnNodes(
  api: ClusterApi,
  leaving: Leaving,
  timeoutSeconds: number,
  between?: () => Promise<void>,
): Promise<void> {
  const inEtcd = await isInKvstore(api, leaving.cilium);
  if (!inEtcd && between === undefined) return rollOnce(api, leaving, timeoutSeconds);
  const begin = Date.now();
  await roll(api, leaving, LEAVING, timeoutSeconds);
  const seconds = Math.round((Date.now() - begin) / 1000);
  if (inEtcd && seconds > ROUTES_STAY_SECONDS) {
    progress(
      `warning: cluster "${leaving.name}": a roll-out takes ${seconds} s here; nodes that the next one reaches later than ` +
        `${ROUTES_STAY_SECONDS} s from now may miss routes to each other until then, where auto-direct-node-routes is on`,
    );
  }
  await between?.();
  await removeNodeKeys(api, leaving);
  await roll(api, leaving, null, timeoutSeconds);
}

function sayStays({ name, cilium }: Leaving, what: string, why: string): void {
  progress(
    `warning: cluster "${name}": ${what} stay in its etcd (${why}); delete them with cilium-dbg kvstore delete, ` +
      `and restart agents and operator at once: kubectl -n ${cilium.namespace} rollout restart daemonset/${cilium.daemonSet}`,
  );
}

/** Does something in a cluster's etcd; a cluster whose etcd is gone leaves all the same, and what stays is named. */
async function inKvstore(
  api: ClusterApi,
  leaving: Leaving,
  what: string,
  work: (kvstore: Kvstore) => Promise<void>,
): Promise<void> {
  const { name, cilium } = leaving;
  if (!(await isInKvstore(api, cilium))) return;
  try {
    const kvstore = await openKvstore(api, cilium);
    if (kvstore !== undefined) {
      await work(kvstore);
      progress(`cluster "${name}": ${what} removed from its etcd`);
    }
  } catch (error) {
    sayStays(leaving, what, tellingLine(errorMessage(error)));
  }
}

const nodesOf = ({ name }: Leaving) => `nodes (${nodeKeys(name)})`;
const namedOf = ({ id }: Leaving) => `configuration, services and identities of id ${id}`;

/** Where roll-outs are not awaited, no time is known at which agents write these keys no more: they are left, and named. */
export async function sayKeysStay(api: ClusterApi, leaving: Leaving): Promise<void> {
  if (await isInKvstore(api, leaving.cilium)) {
    sayStays(leaving, `${nodesOf(leaving)}, ${namedOf(leaving)}`, "wait.rollout is false");
  }
}

/** Not before agents with another name run: those of this name would write them again. */
const removeNodeKeys = (api: ClusterApi, leaving: Leaving): Promise<void> =>
  inKvstore(api, leaving, nodesOf(leaving), (kvstore) => kvstore.deletePrefix(nodeKeys(leaving.name)));

/** Removes what else the cluster wrote under its name and id, once its agents and operator have both back. */
export const removeNamedKeys = (api: ClusterApi, leaving: Leaving): Promise<void> =>
  inKvstore(api, leaving, namedOf(leaving), async (kvstore) => {
    const { name, id, maxConnectedClusters } = leaving;
    for (const prefix of namedKeys(name)) await kvstore.deletePrefix(prefix);
    const identities = identityKeys(await kvstore.list(IDENTITY_KEYS), id, maxConnectedClusters);
    await kvstore.deleteKeys([configKey(name), ...identities]);
  });
