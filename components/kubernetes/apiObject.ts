import { until } from "../command/until";
import type { ClusterApi } from "./clusterApi";
import { KubectlError } from "./kubectlError";
import { objectName, type ManagedObject } from "./model/managedObject";
import { parseObject, type LiveObject } from "./model/liveObject";
import { nameOf } from "./readObjects";

const GONE_SECONDS = 600;

/** An object as a person names it. */
export const describeObject = ({ kind, metadata }: LiveObject): string => objectName({ kind, ...metadata });

const isUnknownKind = (error: unknown): boolean =>
  error instanceof KubectlError && error.message.includes("the server doesn't have a resource type");

/** Reads an object; `undefined` where there is none, or not even its kind. */
export async function readObject(api: ClusterApi, managed: ManagedObject): Promise<LiveObject | undefined> {
  try {
    return parseObject(await api.object(nameOf(managed), managed.namespace));
  } catch (error) {
    if (isUnknownKind(error)) return undefined;
    throw error;
  }
}

/**
 * Deletes just the object that was looked at, and waits until it is gone. A Secret or ConfigMap not even when it was changed since: what is in it
 * decides whether it goes. The rest changes all the time as it runs.
 */
export async function deleteObject(api: ClusterApi, managed: ManagedObject, object: LiveObject): Promise<void> {
  const { uid, resourceVersion } = object.metadata;
  await api.deleteObject(
    managed,
    object.apiVersion ?? "v1",
    ["Secret", "ConfigMap"].includes(object.kind) ? { uid, resourceVersion } : { uid },
  );
  const left = await until(
    Date.now() + GONE_SECONDS * 1000,
    () => readObject(api, managed),
    (seen) => seen?.metadata.uid !== uid,
    () => `waiting: ${describeObject(object)} is deleted, and not gone yet`,
  );
  if (left?.metadata.uid === uid) {
    throw new Error(`${describeObject(object)} is not gone ${GONE_SECONDS} s after it was deleted`);
  }
}
