import { errorMessage } from "../basics/errorMessage";
import type { Verbs } from "../command/protocol";
import { waitForPeersRemoved } from "../identity/leaving";
import { leavingFailure } from "../identity/model/leavingAdvice";
import { recordedOf, type Recorded } from "../identity/model/recorded";
import { OtherCluster, refuseOtherCluster } from "../identity/otherCluster";
import type { ClusterApi, Contact } from "../kubernetes/clusterApi";
import { KubectlError } from "../kubernetes/kubectlError";
import type { ClusterInput } from "./clusterInput";
import { lostVerbs } from "./lostVerbs";
import { allManaged, updateManagedObjects } from "./managedObjects";
import { awaitCaches, dropCaches } from "./readingChange";
import { keep, record } from "./recording";
import { removeAllOwned } from "./removeOwned";
import { rollOutIdentity } from "./rollOutIdentity";
import { leavingOf, release, removingOf, restore } from "./wayBack";

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
    if (error instanceof KubectlError) throw leavingFailure(cluster.name, error);
    throw new Error(`cluster "${cluster.name}": ${errorMessage(error)}`, { cause: error });
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

const recordingOf = (input: ClusterInput) => ({ ...input, cluster: input.cluster.name, desired: input.desiredConfig });

const living = {
  /** Prints the originals, which the state keeps. Fails where what follows would create or take over something. */
  record: (input, contact) => onCluster(input, contact, (api) => record(api, recordingOf(input))),
  /** Keeps the first originals: by now the cluster has our values. */
  keep: (input, contact, previous) => onCluster(input, contact, (api) => keep(api, recordingOf(input), previous)),
  /** Sets name and id, with the originals, and returns when agents and operator run with them. */
  rollOut: onRecorded(async (input, api, before) => {
    await rollOutIdentity(api, input, before);
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
      if (input.rollOut.await) await waitForPeersRemoved(api, leavingOf(input, before), input.peerSecret);
    });
    return "";
  }),
  /** First half of the way back. */
  restore: onRecorded(async (input, api, before) => {
    await restore(api, input, before);
    return "";
  }),
  /** Second half. */
  release: onRecorded(async (input, api, before) => {
    await release(api, input, before);
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
    return lostVerbs({ cluster: input.cluster, cilium, managedObjects, recorded, previous });
  }
  return Object.fromEntries(Object.entries(living).map(([name, verb]) => [name, () => verb(input, contact, previous)]));
}
