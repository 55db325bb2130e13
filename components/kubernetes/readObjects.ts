import type { ManagedObject } from "./model/managedObject";

/** Has kubectl read something. */
export type Read = (args: readonly string[]) => Promise<string>;

const EMPTY_LIST = '{"items":[]}';

/** An object as kubectl is asked for it. */
export const nameOf = ({ resource, name }: ManagedObject): string => `${resource}/${name}`;

const GET_FLAGS = ["--ignore-not-found", "--show-managed-fields", "--output=json"] as const;

/** kubectl prints one object bare, several as a list, none not at all. */
function asList(json: string): string {
  if (json.trim() === "") {
    return EMPTY_LIST;
  }
  const parsed = JSON.parse(json) as { readonly kind?: string };
  return parsed.kind === "List" ? json : JSON.stringify({ items: [parsed] });
}

function mergeLists(lists: readonly string[]): string {
  return JSON.stringify({
    items: lists.flatMap((list) => (JSON.parse(list) as { readonly items: readonly unknown[] }).items),
  });
}

/** Objects (`kind/name`) of one namespace, or of none, as far as they exist, as one `kubectl get -o json` list. */
export async function readObjects(
  read: Read,
  namespace: string | undefined,
  objects: readonly string[],
): Promise<string> {
  const where = namespace === undefined ? [] : ["--namespace", namespace];
  return asList(await read(["get", ...objects, ...where, ...GET_FLAGS]));
}

/** The claimed objects that exist, as one `kubectl get -o json` list. */
export async function readManagedObjects(read: Read, managedObjects: readonly ManagedObject[]): Promise<string> {
  const namespaces = [...new Set(managedObjects.map((managed) => managed.namespace))];
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      const there = managedObjects.filter((managed) => managed.namespace === namespace);
      return readObjects(read, namespace, there.map(nameOf));
    }),
  );
  return mergeLists(lists);
}
