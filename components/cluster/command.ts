import { z } from "zod";
import { errorMessage } from "../basics/errorMessage";
import { readConfigMap } from "../cilium/configMap";
import { ID_KEY, NAME_KEY, ciliumObjects } from "../cilium/model/agentConfig";
import { sayWhoRestarts, waitForRollOut } from "../cilium/rollOut";
import { annotate, isAnnotated } from "../cilium/rollOutAnnotation";
import { dispatch, previousOutput, readInput } from "../command/protocol";
import { setIdentity } from "../identity/setIdentity";
import { waitForPeersRemoved, renameOnNodes, removeNamedKeys, rolled, type Leaving } from "../identity/leaving";
import { withAdvice } from "../identity/model/leavingAdvice";
import { recordedOf, type Recorded } from "../identity/model/recorded";
import { restoreConfig } from "../identity/restoreConfig";
import { OtherCluster, refuseOtherCluster } from "../identity/otherCluster";
import { isAnothers, relinquish } from "../identity/relinquish";
import { restartOutdated } from "../identity/restartOutdated";
import { accessTo, readKubeconfigs } from "../kubernetes/access";
import { askedAgain } from "../kubernetes/askedAgain";
import { Kubectl } from "../kubernetes/kubectl";
import { KubectlError } from "../kubernetes/kubectlError";
import { managedObjectList } from "../kubernetes/model/managedObject";
import { updateManagedObjects } from "./managedObjects";
import { lostVerbs } from "./lostVerbs";
import { keep, record } from "./recording";
import { removeOwned } from "./removeOwned";

/** The input that all verbs share; `originalConfig` is what `record` has printed and is given to the later verbs. */
const input = z.object({
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
  /** Whether a check will want to know what worked before. */
  probePaths: z.boolean().default(false),
  rollOut: z.object({ await: z.boolean(), timeoutSeconds: z.number() }),
  maxConnectedClusters: z.literal([255, 511]).default(255),
  /** The cluster is lost, and no verb contacts it. */
  lost: z.boolean().default(false),
});

const given = readInput(input);
const { cluster, cilium, managedObjects, desiredConfig: desired } = given;

async function withCluster<T>(use: (kubectl: Kubectl) => Promise<T>): Promise<T> {
  try {
    return await Kubectl.with(accessTo(cluster, await readKubeconfigs()), use, askedAgain(cluster.name));
  } catch (error) {
    if (error instanceof OtherCluster) {
      throw error;
    }
    const why = error instanceof KubectlError ? withAdvice(error.message) : errorMessage(error);
    throw new Error(`cluster "${cluster.name}": ${why}`);
  }
}

/** What `record` printed. The resource itself has it as its previous output, the later resource as input. */
function recorded(): Recorded {
  return recordedOf(given.originalConfig === "" ? previousOutput() : given.originalConfig, cluster.name);
}

/** Runs a step only on the cluster that was recorded: the kubeconfig may lead to another one by now. */
function onRecorded<T>(use: (kubectl: Kubectl, before: Recorded) => Promise<T>): Promise<T> {
  return withCluster(async (kubectl) => {
    const before = recorded();
    await refuseOtherCluster(kubectl, cluster.name, before.cluster);
    return use(kubectl, before);
  });
}

/** What the cluster is called, and by which id, once the originals are back: the same as in the mesh where it was installed so. */
async function afterRestoration(
  kubectl: Kubectl,
): Promise<{ readonly renamed: boolean; readonly renumbered: boolean }> {
  const config = await readConfigMap(kubectl, cilium);
  return {
    renamed: config !== undefined && config.data[NAME_KEY] !== desired[NAME_KEY],
    renumbered: config !== undefined && config.data[ID_KEY] !== desired[ID_KEY],
  };
}

const leaving: Leaving = {
  name: cluster.name,
  id: Number(desired[ID_KEY]),
  maxConnectedClusters: given.maxConnectedClusters,
  cilium,
};

const { timeoutSeconds } = given.rollOut;

/** Writes the originals back and rolls the agents. Continues where an earlier run was interrupted; does nothing where all is done. */
async function restore(kubectl: Kubectl, before: Recorded): Promise<void> {
  if (await isAnothers(kubectl, cluster.name, cilium, given.owner)) {
    return;
  }
  const written = await restoreConfig(kubectl, cluster.name, cilium, before.config, desired);
  if (!given.rollOut.await || !(await afterRestoration(kubectl)).renamed) {
    await annotate(kubectl, cilium, null);
  } else if (written || (await isAnnotated(kubectl, cilium))) {
    await renameOnNodes(kubectl, leaving, timeoutSeconds);
  }
}

const recording = { ...given, cluster: cluster.name, desired };

const removing = (before: Recorded) => ({
  cluster: cluster.name,
  owner: given.owner,
  peerSecret: { name: given.peerSecret, wasThere: before.peerSecret === "present" },
});

const verbs = {
  /** Prints the originals, which the state keeps. Fails where what follows would create or take over something. */
  record: () => withCluster((kubectl) => record(kubectl, recording)),
  /** Keeps the first originals: by now the cluster has our values. */
  keep: () => withCluster((kubectl) => keep(kubectl, recording, previousOutput())),
  /** Sets name and id, with the originals, and returns when agents and operator run with them. */
  rollOut: () =>
    onRecorded(async (kubectl, before) => {
      const set = { ...given, cluster: cluster.name, desired, timeoutSeconds };
      const rolling = await setIdentity(kubectl, { ...set, before });
      if (given.rollOut.await) {
        await waitForRollOut(kubectl, cluster.name, cilium, timeoutSeconds, rolling);
        await restartOutdated(kubectl, set);
      } else {
        await sayWhoRestarts(kubectl, cluster.name, cilium);
      }
      return "";
    }),
  /** Prints the objects that this stack has there; those that it had and has no more are removed. */
  updateObjects: () =>
    onRecorded(async (kubectl, before) =>
      updateManagedObjects(kubectl, removing(before), managedObjects, previousOutput()),
    ),
  /** Removes them. */
  removeObjects: () =>
    onRecorded(async (kubectl, before) => {
      await removeOwned(kubectl, removing(before), managedObjects);
      return "";
    }),
  /** First half of the way back: without peers, with the old values, and without nodes under the name that was given. */
  restore: () =>
    onRecorded(async (kubectl, before) => {
      if (given.rollOut.await) {
        await waitForPeersRemoved(kubectl, leaving, given.peerSecret);
      }
      await restore(kubectl, before);
      if (!given.rollOut.await) {
        await sayWhoRestarts(kubectl, cluster.name, cilium);
      }
      return "";
    }),
  /**
   * Second half: our marks go, and what we own of \`cilium-config\`; the same as before for those that were interrupted; then all that is left
   * of ours, and what else has the cluster's name or id in etcd.
   */
  release: () =>
    onRecorded(async (kubectl, before) => {
      await restore(kubectl, before);
      if (!(await isAnothers(kubectl, cluster.name, cilium, given.owner))) {
        await relinquish(kubectl, cilium);
        // What no manager has owned was ours alone, and has gone with that.
        await restore(kubectl, before);
      }
      await removeOwned(kubectl, removing(before), managedObjects);
      if (given.rollOut.await) {
        await rolled(kubectl, leaving, timeoutSeconds);
        const { renamed, renumbered } = await afterRestoration(kubectl);
        if (renamed && renumbered) {
          await removeNamedKeys(kubectl, leaving);
        }
      }
      return "";
    }),
};

/** The verb that was run, once it is done. */
export const ran = dispatch(
  given.lost ? lostVerbs({ cluster: cluster.name, cilium, managedObjects, recorded }) : verbs,
);
