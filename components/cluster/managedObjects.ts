import type { ClusterApi } from "../kubernetes/clusterApi";
import { managedObjectList, notAmong, type ManagedObject } from "../kubernetes/model/managedObject";
import { removeOwned, type Removing } from "./removeOwned";

/** The objects that a stack had in a cluster, out of what its command has printed; none where it has not run yet. */
function managedBefore(printed: string): readonly ManagedObject[] {
  return printed.trim() === "" ? [] : managedObjectList.parse(JSON.parse(printed));
}

/**
 * Removes the objects that this stack made and does not declare any more.
 *
 * @param printed What this has printed before.
 * @returns What it has now, for the state.
 */
export async function updateManagedObjects(
  api: ClusterApi,
  removing: Removing,
  managedObjects: readonly ManagedObject[],
  printed: string,
): Promise<string> {
  await removeOwned(api, removing, notAmong(managedBefore(printed), managedObjects));
  return JSON.stringify(managedObjects);
}
