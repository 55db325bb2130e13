import { readObject } from "../kubernetes/apiObject";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { managedObjectList, notAmong, type ManagedObject } from "../kubernetes/model/managedObject";
import { OWNER_ANNOTATION } from "../kubernetes/model/ownership";
import { undeclared } from "./model/removal";
import { removeOwned, type Removing } from "./removeOwned";

/** The objects that a stack had in a cluster, out of what its command has printed; none where it has not run yet. */
export function managedBefore(printed: string): readonly ManagedObject[] {
  return printed.trim() === "" ? [] : managedObjectList.parse(JSON.parse(printed));
}

/** What a stack may have in a cluster: what it declares, and what its command has printed beside that. */
export const allManaged = (declared: readonly ManagedObject[], printed: string): readonly ManagedObject[] => [
  ...declared,
  ...notAmong(managedBefore(printed), declared),
];

const isOurs = async (api: ClusterApi, managed: ManagedObject, owner: string): Promise<boolean> =>
  (await readObject(api, managed))?.metadata.annotations?.[OWNER_ANNOTATION] === owner;

/**
 * Removes the objects that this stack made and does not declare any more, but for what KVStoreMesh reads: the agents may read that from its cache, as
 * long as they have not been given their peers themselves.
 *
 * @param printed What this has printed before.
 * @returns What it has now, for the state; with what KVStoreMesh reads, where that is still there.
 */
export async function updateManagedObjects(
  api: ClusterApi,
  removing: Removing,
  managedObjects: readonly ManagedObject[],
  printed: string,
): Promise<string> {
  const { first, caches } = undeclared(managedBefore(printed), managedObjects);
  await removeOwned(api, removing, first);
  const kept: ManagedObject[] = [];
  for (const cache of caches) if (await isOurs(api, cache, removing.owner)) kept.push(cache);
  return JSON.stringify([...managedObjects, ...kept]);
}
