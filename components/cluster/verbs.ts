import { z } from "zod";
import { releaseApiserver, restartApiserver } from "../apiserver/restartApiserver";
import { errorMessage } from "../basics/errorMessage";
import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import { ID_KEY, NAME_KEY, ciliumObjects } from "../cilium/model/agentConfig";
import { waitForRollOut } from "../cilium/rollOut";
import { annotate, isAnnotated } from "../cilium/rollOutAnnotation";
import { sayWhoRestarts } from "../cilium/whoRestarts";
import type { Verbs } from "../command/protocol";
import { setIdentity } from "../identity/setIdentity";
import { removeIdentities, sayIdentitiesStay } from "../identity/unusedIdentities";
import {
  waitForPeersRemoved,
  renameOnNodes,
  removeNamedKeys,
  rolled,
  sayKeysStay,
  type Leaving,
} from "../identity/leaving";
import { withAdvice } from "../identity/model/leavingAdvice";
import { recordedOf, type Recorded } from "../identity/model/recorded";
import { restoreConfig } from "../identity/restoreConfig";
import { OtherCluster, refuseOtherCluster } from "../identity/otherCluster";
import { isAnothers, relinquish } from "../identity/relinquish";
import { restartOutdated } from "../identity/restartOutdated";
import type { ClusterApi, Contact } from "../kubernetes/clusterApi";
import { KubectlError } from "../kubernetes/kubectlError";
import { managedObjectList } from "../kubernetes/model/managedObject";
import { KVSTOREMESH_SECRET } from "../peers/model/peerFile";
import { allManaged, updateManagedObjects } from "./managedObjects";
import { lostVerbs } from "./lostVerbs";
import { awaitCaches, dropCaches } from "./readingChange";
import { keep, record } from "./recording";
import { removeAllOwned, type Removing } from "./removeOwned";

/** The input that all verbs share; `originalConfig` is what `record` has printed and is given to the later verbs. */
export const clusterInput = z.object({
  cluster: z.object({ name: z.string(), context: z.string().optional() }),
  cilium: ciliumObjects,
  desiredConfig: z.record(z.string(), z.string()),
  /** The objects that this stack makes there. */
  managedObjects: managedObjectList.default([]),
  owner: z.string(),
  peerSecret: z.string(),
  adoptSecret: z.boolean().default(false),
  /** The keys that will be written into an adopted Secret. */
  peerKeys: z.array(z.string()).default([]),
  originalConfig: z.string().default(""),
  overwriteConflicts: z.boolean().default(false),
  /** `asInstalled`: name and id are those of the mesh already, and nothing rolls. */
  identity: z.enum(["set", "asInstalled"]).default("set"),
  /** `apiserver`: its name is that of its clustermesh-apiserver as well, and its identities are in CRDs. */
  publishes: z.enum(["kvstore", "apiserver"]).default("kvstore"),
  /** Whether a check will want to know what worked before. */
  probePaths: z.boolean().default(false),
  rollOut: z.object({ await: z.boolean(), timeoutSeconds: z.number() }),
  maxConnectedClusters: z.literal([255, 511]).default(255),
  /** The cluster is lost, and no verb contacts it. */
  lost: z.boolean().default(false),
});

type ClusterInput = z.infer<typeof clusterInput>;

type ClusterVerb = (input: ClusterInput, contact: Contact, previous: string) => Promise<string>;

/** Uses the cluster. What fails there is said of it. */
async function onCluster<T>(
  { cluster }: ClusterInput,
  contact: Contact,
  use: (api: ClusterApi) => Promise<T>,
): Promise<T> {
  try {
    return await contact(use);
  } catch (error) {
    if (error instanceof OtherCluster) {
      throw error;
    }
    const why = error instanceof KubectlError ? withAdvice(error.message) : errorMessage(error);
    throw new Error(`cluster "${cluster.name}": ${why}`);
  }
}

/** What `record` printed. The resource itself has it as its previous output, the later resource as input. */
function recordedIn({ originalConfig, cluster }: ClusterInput, previous: string): Recorded {
  return recordedOf(originalConfig === "" ? previous : originalConfig, cluster.name);
}

/** A step that is only done on the cluster that was recorded: the kubeconfig may lead to another one by now. */
const onRecorded =
  (step: (input: ClusterInput, api: ClusterApi, before: Recorded, previous: string) => Promise<string>): ClusterVerb =>
  (input, contact, previous) =>
    onCluster(input, contact, async (api) => {
      const before = recordedIn(input, previous);
      await refuseOtherCluster(api, input.cluster.name, before.cluster);
      return step(input, api, before, previous);
    });

/** Whether a cluster is called otherwise, and has another id, once the originals are back: it may have been installed with those of the mesh. */
function afterRestoration(live: LiveConfig | undefined, { desiredConfig: desired }: ClusterInput) {
  const differs = (key: string) => live !== undefined && live.data[key] !== desired[key];
  return { renamed: differs(NAME_KEY), renumbered: differs(ID_KEY) };
}

const leavingOf = ({ cluster, cilium, desiredConfig, maxConnectedClusters }: ClusterInput): Leaving => ({
  name: cluster.name,
  id: Number(desiredConfig[ID_KEY]),
  maxConnectedClusters,
  cilium,
});

/** What a way back has come to. */
type WayBack = { readonly kind: "anothers" } | { readonly kind: "ours"; readonly live: LiveConfig | undefined };

/**
 * Writes the originals back and rolls the agents. Continues where an earlier run was interrupted; does nothing where all is done.
 *
 * @param first `cilium-config` as it was seen last.
 */
async function restore(
  api: ClusterApi,
  input: ClusterInput,
  before: Recorded,
  first: LiveConfig | undefined,
): Promise<WayBack> {
  const { cluster, cilium, desiredConfig, rollOut, owner } = input;
  if (isAnothers(first, cluster.name, cilium, owner)) {
    return { kind: "anothers" };
  }
  const { written, live } = await restoreConfig(api, cluster.name, cilium, before.config, desiredConfig, first);
  if (!rollOut.await || !afterRestoration(live, input).renamed) {
    await annotate(api, cilium, null);
  } else if (written || (await isAnnotated(api, cilium))) {
    await renameOnNodes(api, leavingOf(input), rollOut.timeoutSeconds);
  }
  if (input.publishes === "apiserver" && afterRestoration(live, input).renamed) {
    await releaseApiserver(api, cluster.name, cilium, written);
  }
  return { kind: "ours", live };
}

const recordingOf = (input: ClusterInput) => ({ ...input, cluster: input.cluster.name, desired: input.desiredConfig });

const removingOf = ({ cluster, owner, peerSecret }: ClusterInput, before: Recorded): Removing => ({
  cluster: cluster.name,
  owner,
  peerSecrets: [
    { name: peerSecret, wasThere: before.peerSecret === "present" },
    { name: KVSTOREMESH_SECRET, wasThere: before.kvstoremeshSecret === "present" },
  ],
});

const living = {
  /** Prints the originals, which the state keeps. Fails where what follows would create or take over something. */
  record: (input, contact) => onCluster(input, contact, (api) => record(api, recordingOf(input))),
  /** Keeps the first originals: by now the cluster has our values. */
  keep: (input, contact, previous) => onCluster(input, contact, (api) => keep(api, recordingOf(input), previous)),
  /** Sets name and id, with the originals, and returns when agents and operator run with them. */
  rollOut: onRecorded(async (input, api, before) => {
    const { cluster, cilium, rollOut } = input;
    const set = { ...recordingOf(input), timeoutSeconds: rollOut.timeoutSeconds };
    const { rolling, isWhole } = await setIdentity(api, { ...set, before });
    if (rollOut.await) {
      await waitForRollOut(api, cluster.name, cilium, rollOut.timeoutSeconds, rolling);
      if (!isWhole) await restartOutdated(api, set);
    } else if (input.identity === "set") {
      await sayWhoRestarts(api, cluster.name, cilium);
    }
    if (input.publishes === "apiserver") await restartApiserver(api, cluster.name, cilium);
    return "";
  }),
  /** Prints the objects that this stack has there; those that it had and has no more are removed, but for what {@link dropCaches} removes. */
  updateObjects: onRecorded((input, api, before, previous) =>
    updateManagedObjects(api, removingOf(input, before), input.managedObjects, previous),
  ),
  /** Returns when KVStoreMesh has in its cache what the agents read directly until now. */
  awaitCaches: onRecorded(async (input, api) => {
    await awaitCaches(api, { ...input, name: input.cluster.name });
    return "";
  }),
  /** Takes the peers from KVStoreMesh, once the agents read them directly. */
  dropCaches: onRecorded(async (input, api, before) => {
    await dropCaches(api, removingOf(input, before), { ...input, name: input.cluster.name });
    return "";
  }),
  /** Removes them. Agents that read a cache are without peers before it is. */
  removeObjects: onRecorded(async (input, api, before, previous) => {
    const managedObjects = allManaged(input.managedObjects, previous);
    await removeAllOwned(api, removingOf(input, before), { ...input, managedObjects }, async () => {
      if (input.rollOut.await) await waitForPeersRemoved(api, leavingOf(input), input.peerSecret);
    });
    return "";
  }),
  /** First half of the way back: without peers, with the old values, and without nodes under the name that was given. */
  restore: onRecorded(async (input, api, before) => {
    const { cluster, cilium, peerSecret, rollOut } = input;
    if (rollOut.await) {
      await waitForPeersRemoved(api, leavingOf(input), peerSecret);
    }
    await restore(api, input, before, await readConfigMap(api, cilium));
    if (!rollOut.await) {
      await sayWhoRestarts(api, cluster.name, cilium);
    }
    return "";
  }),
  /**
   * Second half: our marks go, and what we own of `cilium-config`; the same as before for those that were interrupted; then all that is left
   * of ours, and what else has the cluster's name or id in etcd.
   */
  release: onRecorded(async (input, api, before) => {
    const { cluster, cilium, owner, rollOut } = input;
    const way = await restore(api, input, before, await readConfigMap(api, cilium));
    if (way.kind === "ours") {
      // What no manager has owned was ours alone, and goes with that.
      const relinquished = await relinquish(api, { cluster: cluster.name, cilium, owner }, way.live);
      await restore(api, input, before, relinquished);
    }
    await removeAllOwned(api, removingOf(input, before), input);
    if (rollOut.await) {
      await rolled(api, leavingOf(input), rollOut.timeoutSeconds);
    }
    const { renamed, renumbered } = afterRestoration(await readConfigMap(api, cilium), input);
    if (renamed && renumbered) {
      await (rollOut.await ? removeNamedKeys : sayKeysStay)(api, leavingOf(input));
      if (input.publishes === "apiserver") {
        if (rollOut.await) await removeIdentities(api, leavingOf(input));
        else sayIdentitiesStay(leavingOf(input));
      }
    }
    return "";
  }),
} satisfies Readonly<Record<string, ClusterVerb>>;

/**
 * The verbs of a cluster: of one that is lost, those that contact nothing.
 *
 * @param previous What the same resource's last verb printed; empty before the first.
 */
export function clusterVerbs(input: ClusterInput, contact: Contact, previous: string): Verbs {
  if (input.lost) {
    const { cilium, managedObjects } = input;
    const recorded = () => recordedIn(input, previous);
    return lostVerbs({ cluster: input.cluster.name, cilium, managedObjects, recorded, previous });
  }
  return Object.fromEntries(Object.entries(living).map(([name, verb]) => [name, () => verb(input, contact, previous)]));
}
