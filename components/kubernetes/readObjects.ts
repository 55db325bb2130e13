import type { ClusterReads } from "./clusterApi";
import { joinLists } from "./model/items";
import type { ManagedObject } from "./model/managedObject";

/** An object as the API is asked for it: `kind/name`. */
export const nameOf = ({ resource, name }: ManagedObject): string => `${resource}/${name}`;

/** Objects of one namespace, which are read together with what else is read there, and all others. */
export function byPlace(managedObjects: readonly ManagedObject[], namespace: string) {
  const isNear = (managed: ManagedObject) => managed.namespace === namespace;
  return {
    near: managedObjects.filter(isNear).map(nameOf),
    far: managedObjects.filter((managed) => !isNear(managed)),
  };
}

/** Those of some objects that exist: a List as JSON. */
export async function readManagedObjects(api: ClusterReads, managedObjects: readonly ManagedObject[]): Promise<string> {
  const namespaces = [...new Set(managedObjects.map(({ namespace }) => namespace))];
  const lists = await Promise.all(
    namespaces.map((namespace) =>
      api.objects(managedObjects.filter((managed) => managed.namespace === namespace).map(nameOf), namespace),
    ),
  );
  return joinLists(lists);
}
