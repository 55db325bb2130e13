import { z } from "zod";

/** An object that this stack makes. No other owner may have it. */
export interface ManagedObject {
  /** `kind` as kubectl takes it, with group where needed, in the plural: `secrets`, `ciliumnetworkpolicies.cilium.io`. */
  readonly resource: string;
  readonly name: string;
  /** Absent for objects without a namespace. */
  readonly namespace?: string;
}

/** What is made in each cluster. */
export type ObjectsByCluster = Readonly<Record<string, readonly ManagedObject[]>>;

const keyOf = ({ resource, name, namespace = "" }: ManagedObject): string => `${resource}/${namespace}/${name}`;

/** An object as a person names it: `Secret kube-system/peers`. */
export function objectName(object: {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}): string {
  return `${object.kind} ${object.namespace === undefined ? "" : `${object.namespace}/`}${object.name}`;
}

/** Those of these objects that are not among the others. */
export function notAmong(
  objects: readonly ManagedObject[],
  others: readonly ManagedObject[],
): readonly ManagedObject[] {
  const known = new Set(others.map(keyOf));
  return objects.filter((each) => !known.has(keyOf(each)));
}

/** The shape of `ManagedObject`s in a command's input. */
export const managedObjectList = z.array(
  z.object({ resource: z.string(), name: z.string(), namespace: z.string().exactOptional() }),
);
