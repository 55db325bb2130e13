import { errorMessage } from "../basics/errorMessage";
import { ISSUE_RECORD_ANNOTATION } from "../certificates/model/keyRevisions";
import { syncApiserverNow } from "../cilium/caches";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import { TRIES_AGAINST_OTHER_WRITERS } from "../identity/restoreConfig";
import { deleteObject, describeObject, readObject } from "../kubernetes/apiObject";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { WriteConflict } from "../kubernetes/kubectlError";
import type { ManagedObject } from "../kubernetes/model/managedObject";
import type { LiveObject } from "../kubernetes/model/liveObject";
import { FIELD_MANAGER, KEYS_ANNOTATION, OWNER_ANNOTATION, PATCH_ANNOTATIONS } from "../kubernetes/model/ownership";
import { planRemoval, removalSteps, type SharedSecret } from "./model/removal";
import { foreignContents } from "./namespaceContents";

/** Whose objects go, and of which cluster. */
export interface Removing {
  readonly cluster: string;
  readonly owner: string;
  /** The Secrets with peers: what others have put there stays. */
  readonly peerSecrets: readonly (SharedSecret & { readonly name: string })[];
}

const ANNOTATIONS = [OWNER_ANNOTATION, KEYS_ANNOTATION, ISSUE_RECORD_ANNOTATION, ...PATCH_ANNOTATIONS];
const MOST_NAMED = 5;

/** Takes our keys and annotations out of a Secret, as it was when it was looked at. */
async function strip(
  api: ClusterApi,
  managed: ManagedObject,
  { metadata }: LiveObject,
  keys: readonly string[],
): Promise<void> {
  const nothing = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, null]));
  const { resourceVersion } = metadata;
  const patch = { metadata: { resourceVersion, annotations: nothing(ANNOTATIONS) }, data: nothing(keys) };
  await api.patch([`secret/${managed.name}`], managed.namespace ?? "", { manager: FIELD_MANAGER, patch });
}

/** Why a namespace of ours stays: others use it, or that cannot be seen. */
async function namespaceStays(api: ClusterApi, namespace: string, owner: string): Promise<string | undefined> {
  try {
    const foreign = await foreignContents(api, namespace, owner);
    const more = foreign.length > MOST_NAMED ? `, and ${String(foreign.length - MOST_NAMED)} more` : "";
    return foreign.length === 0
      ? undefined
      : `it has what this stack did not make: ${foreign.slice(0, MOST_NAMED).join(", ")}${more}`;
  } catch (error) {
    return `what is in it cannot be listed (${errorMessage(error)})`;
  }
}

async function removeOnce(api: ClusterApi, removing: Removing, managed: ManagedObject): Promise<void> {
  const object = await readObject(api, managed);
  if (object === undefined) {
    return;
  }
  const { cluster, owner, peerSecrets } = removing;
  const shared = object.kind === "Secret" ? peerSecrets.find(({ name }) => name === managed.name) : undefined;
  const plan = planRemoval(object, owner, shared);
  const stays = (why: string) => {
    progress(`warning: cluster "${cluster}": ${describeObject(object)} is left as it is: ${why}`);
  };
  if (plan.kind === "leave") {
    stays(plan.why);
    return;
  }
  if (plan.kind === "strip") {
    await strip(api, managed, object, plan.keys);
    const kept = plan.kept.length === 0 ? "it was there before" : `it keeps ${plan.kept.join(", ")}`;
    progress(`cluster "${cluster}": ${describeObject(object)} has lost this stack's keys alone: ${kept}`);
    return;
  }
  const why = object.kind === "Namespace" ? await namespaceStays(api, managed.name, owner) : undefined;
  if (why === undefined) {
    await deleteObject(api, managed, object);
  } else {
    stays(`${why}; once that is gone: ${api.command} delete namespace ${managed.name}`);
  }
}

/**
 * Removes objects of this stack's from a cluster, the last first: what is in a namespace before the namespace. What is another's by now, or
 * has something of another's in it, stays and is named; what is gone already is no error.
 */
export async function removeOwned(
  api: ClusterApi,
  removing: Removing,
  managedObjects: readonly ManagedObject[],
): Promise<void> {
  for (const managed of managedObjects.toReversed()) {
    for (let late = 0; ;) {
      try {
        await removeOnce(api, removing, managed);
        break;
      } catch (error) {
        late += 1;
        if (!(error instanceof WriteConflict) || late === TRIES_AGAINST_OTHER_WRITERS) {
          throw error;
        }
      }
    }
  }
}

/** What a cluster has of this stack's. */
interface Owned {
  readonly managedObjects: readonly ManagedObject[];
  readonly cilium: CiliumObjects;
  /** The name of the agents' Secret with peers. */
  readonly peerSecret: string;
}

/**
 * Removes all that this stack has in a cluster; what KVStoreMesh knows of peers last, where the agents read its cache.
 *
 * @param beforeCaches What has to be done before that.
 */
export async function removeAllOwned(
  api: ClusterApi,
  removing: Removing,
  { managedObjects, cilium, peerSecret }: Owned,
  beforeCaches: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { first, caches } = removalSteps(managedObjects, peerSecret);
  await removeOwned(api, removing, first);
  if (caches.length === 0) return;
  await beforeCaches();
  await removeOwned(api, removing, caches);
  await syncApiserverNow(api, cilium, removing.cluster);
}
