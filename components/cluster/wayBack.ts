import { releaseApiserver, type LastWrite } from "../apiserver/restartApiserver";
import { readWithMarked, restoreMarked } from "../apiserver/restoreMarked";
import { configMapIn, readConfigMap, type LiveConfig } from "../cilium/configMap";
import { ID_KEY, NAME_KEY } from "../cilium/model/agentConfig";
import { annotate, isAnnotated } from "../cilium/rollOutAnnotation";
import { sayWhoRestarts } from "../cilium/whoRestarts";
import {
  removeNamedKeys,
  removeNodeKeys,
  renameOnNodes,
  rolled,
  sayKeysStay,
  waitForPeersRemoved,
  type Leaving,
} from "../identity/leaving";
import type { Recorded } from "../identity/model/recorded";
import { isAnothers, relinquish } from "../identity/relinquish";
import { originalValues } from "../identity/model/originalConfig";
import { giveBack } from "../identity/heldSettings";
import { giveRoutesBack } from "../identity/routesSetting";
import { restoreConfig } from "../identity/restoreConfig";
import { aroundRollOut, originOf } from "../identity/underPolicies";
import { removeIdentities, sayIdentitiesStay } from "../identity/unusedIdentities";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { lastTime } from "../kubernetes/model/managedFields";
import { namesApiserver, type Publishes } from "../mesh/model/publication";
import { KVSTOREMESH_SECRET } from "../peers/model/peerFile";
import { changeBack } from "./changeBack";
import { configuredOf, type ClusterInput } from "./clusterInput";
import { removeAllOwned, type Removing } from "./removeOwned";

/** A cluster that leaves, as its agents and what they have written go. */
export const leavingOf = (
  { cluster, cilium, desiredConfig, maxConnectedClusters }: ClusterInput,
  before: Recorded,
): Leaving => ({
  name: cluster.name,
  id: Number(desiredConfig[ID_KEY]),
  originalName: originOf(originalValues(before.config)).name,
  maxConnectedClusters,
  cilium,
});

/** The same, as its objects go. */
export const removingOf = ({ cluster, owner, peerSecret }: ClusterInput, before: Recorded): Removing => ({
  cluster: cluster.name,
  owner,
  peerSecrets: [
    { name: peerSecret, wasThere: before.peerSecret === "present" },
    { name: KVSTOREMESH_SECRET, wasThere: before.kvstoremeshSecret === "present" },
  ],
});

/** What the last step of a way back begins with. */
interface Begun {
  /** `cilium-config` as it was seen. */
  readonly config: LiveConfig | undefined;
  /** When what carries the cluster's name beside it was written last. */
  readonly certificates: LastWrite;
}

/** What differs on the way back by where a cluster publishes. */
interface OfPublication {
  /** Before its name is back: looks, and takes back what the state may know nothing of. */
  readonly begin: (api: ClusterApi, input: ClusterInput) => Promise<Begun>;
  /** Once its name is back, and all else that carries it. */
  readonly renew: (api: ClusterApi, input: ClusterInput, written: readonly LastWrite[]) => Promise<void>;
  /** Once its agents run with its own name and id: the other ones go from where identities are. */
  readonly forget: (api: ClusterApi, input: ClusterInput, leaving: Leaving) => Promise<void>;
}

const NEVER: LastWrite = { kind: "before", time: undefined };

const BY_PUBLICATION: Readonly<Record<Publishes, OfPublication>> = {
  kvstore: {
    begin: async (api, { cilium }) => ({ config: await readConfigMap(api, cilium), certificates: NEVER }),
    renew: () => Promise.resolve(),
    forget: () => Promise.resolve(),
  },
  apiserver: {
    begin: async (api, { cluster, cilium, owner }) => {
      const list = await readWithMarked(api, `configmap/${cilium.configMap}`, cilium.namespace);
      const certificates = await restoreMarked(api, { cluster: cluster.name, cilium, owner }, list);
      return { config: configMapIn(list, cilium), certificates };
    },
    renew: async (api, input, written) => {
      if (namesApiserver(input)) await releaseApiserver(api, input.cluster.name, input.cilium, written);
    },
    forget: async (api, input, leaving) => {
      if (!namesApiserver(input)) return;
      if (input.rollOut.await) await removeIdentities(api, leaving);
      else sayIdentitiesStay(api, leaving);
    },
  },
};

/** Whether a cluster is called otherwise, and has another id, once the originals are back: it may have been installed with those of the mesh. */
function afterRestoration(live: LiveConfig | undefined, { desiredConfig: desired }: ClusterInput) {
  const differs = (key: string) => live !== undefined && live.data[key] !== desired[key];
  return { renamed: differs(NAME_KEY), renumbered: differs(ID_KEY) };
}

/** What has become of name and id. */
type Named =
  | { readonly kind: "anothers" }
  | { readonly kind: "ours"; readonly live: LiveConfig | undefined; readonly written: boolean };

/**
 * Writes the originals back and rolls the agents. Continues where an earlier run was interrupted; does nothing where all is done.
 *
 * @param first `cilium-config` as it was seen last.
 */
async function restoreName(
  api: ClusterApi,
  input: ClusterInput,
  before: Recorded,
  first: LiveConfig | undefined,
): Promise<Named> {
  const { cluster, cilium, desiredConfig, rollOut, owner } = input;
  if (isAnothers(first, cluster.name, cilium, owner)) {
    return { kind: "anothers" };
  }
  const of = configuredOf(input, before);
  const { change, live: now } = await changeBack(api, input, before, first);
  const { written, live } = await restoreConfig(api, cluster.name, cilium, before.config, desiredConfig, now);
  const isRenamed = rollOut.await && afterRestoration(live, input).renamed;
  if (isRenamed && (written || (await isAnnotated(api, cilium)))) {
    const around = change && aroundRollOut(api, change, live?.data ?? {});
    const last = () => giveRoutesBack(api, of);
    await renameOnNodes(api, leavingOf(input, before), rollOut.timeoutSeconds, last, around);
  }
  await giveBack(api, of);
  if (!isRenamed) await annotate(api, cilium, null);
  return { kind: "ours", live, written };
}

/** First half of the way back: without peers, with the old values, and without nodes under the name that was given. */
export async function restore(api: ClusterApi, input: ClusterInput, before: Recorded): Promise<void> {
  const { cluster, cilium, peerSecret, rollOut } = input;
  if (rollOut.await) {
    await waitForPeersRemoved(api, leavingOf(input, before), peerSecret);
  }
  await restoreName(api, input, before, await readConfigMap(api, cilium));
  if (!rollOut.await) {
    await sayWhoRestarts(api, cluster.name, cilium);
  }
}

/** Gives up what this project owns of `cilium-config`, its mark included. What no manager has owned was ours alone, and goes with that. */
async function giveUpName(
  api: ClusterApi,
  input: ClusterInput,
  before: Recorded,
  { config, certificates }: Begun,
): Promise<void> {
  const { cluster, cilium, owner, publishes } = input;
  const first = await restoreName(api, input, before, config);
  if (first.kind === "anothers") return;
  const relinquished = await relinquish(api, { cluster: cluster.name, cilium, owner }, first.live);
  const second = await restoreName(api, input, before, relinquished);
  if (second.kind === "anothers" || !afterRestoration(second.live, input).renamed) return;
  const name: LastWrite =
    first.written || second.written
      ? { kind: "now" }
      : { kind: "before", time: lastTime(second.live?.managedFields ?? []) };
  await BY_PUBLICATION[publishes].renew(api, input, [name, certificates]);
}

/** Removes what a cluster has left under its name and id where identities and nodes are, once nobody uses it any more. */
async function forget(api: ClusterApi, input: ClusterInput, leaving: Leaving, rollOutEnded: boolean): Promise<void> {
  const { renamed, renumbered } = afterRestoration(await readConfigMap(api, input.cilium), input);
  if (!renamed) return;
  if (!input.rollOut.await) {
    await sayKeysStay(api, leaving, renumbered ? "all" : "nodes", "wait.rollout is false");
  } else {
    if (rollOutEnded) await removeNodeKeys(api, leaving);
    else await sayKeysStay(api, leaving, "nodes", "agents may know them");
    if (renumbered) await removeNamedKeys(api, leaving);
  }
  if (renumbered) await BY_PUBLICATION[input.publishes].forget(api, input, leaving);
}

/**
 * Second half: what an `up` has left that was killed within a step, so that the state knows nothing of it; our marks, and what we own of
 * `cilium-config`; name and id for halves that were interrupted; then all that is left of ours, and what else has the cluster's name or id. What
 * carries the name is back before the pods are replaced that run with it.
 */
export async function release(api: ClusterApi, input: ClusterInput, before: Recorded): Promise<void> {
  const { rollOut, publishes } = input;
  const leaving = leavingOf(input, before);
  await giveUpName(api, input, before, await BY_PUBLICATION[publishes].begin(api, input));
  await removeAllOwned(api, removingOf(input, before), input);
  const rollOutEnded = rollOut.await && (await rolled(api, leaving, rollOut.timeoutSeconds));
  await forget(api, input, leaving, rollOutEnded);
}
