import { isPlainMap, isUnknown, type Plain, type PlainMap } from "../shared/value";

/** A Kubernetes object as JSON; one out of a program may hold unknowns. */
export type KubeObject = PlainMap;

/** The object without some of its keys. */
export function without(object: KubeObject, ...keys: readonly string[]): KubeObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** Group, version and kind. */
export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The value at a path of keys; undefined when it leads nowhere. */
export function at(value: Plain | undefined, ...path: readonly string[]): Plain | undefined {
  return path.reduce<Plain | undefined>((inner, key) => (isPlainMap(inner) ? inner[key] : undefined), value);
}

export function textAt(value: Plain | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

export function numberAt(value: Plain | undefined, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

export const nameOf = (object: KubeObject) => textAt(object, "metadata", "name");
export const namespaceOf = (object: KubeObject) => textAt(object, "metadata", "namespace");
export const kindOf = (object: KubeObject) => textAt(object, "kind");
export const apiVersionOf = (object: KubeObject) => textAt(object, "apiVersion");
export const annotation = (object: KubeObject, key: string) => textAt(object, "metadata", "annotations", key);

/** `namespace/name`, or the name of an object without a namespace: the id of a resource. */
export function idOf(object: KubeObject): string {
  const namespace = namespaceOf(object);
  return namespace === "" ? nameOf(object) : `${namespace}/${nameOf(object)}`;
}

/** Namespace and name out of an id. */
export function parseId(id: string): { readonly namespace: string; readonly name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { namespace: "", name: first } : { namespace: first, name: second };
}

export function gvkOf(object: KubeObject): Gvk {
  const [first = "", second] = apiVersionOf(object).split("/");
  const group = second === undefined ? "" : first;
  return { group: group === "core" ? "" : group, version: second ?? first, kind: kindOf(object) };
}

/** The object with a value set at a path; nothing is set where an unknown stands in the way. Leaves its input as it is. */
export function withAt(object: KubeObject, path: readonly string[], value: Plain | undefined): KubeObject {
  const [key, ...rest] = path;
  if (key === undefined) return object;
  const { [key]: inner, ...others } = object;
  if (rest.length === 0) return value === undefined ? others : { ...object, [key]: value };
  if (inner !== undefined && isUnknown(inner)) return object;
  if (value === undefined && !isPlainMap(inner)) return object;
  return { ...object, [key]: withAt(isPlainMap(inner) ? inner : {}, rest, value) };
}

export const withName = (object: KubeObject, name: string) => withAt(object, ["metadata", "name"], name);
export const withNamespace = (object: KubeObject, namespace: string) =>
  withAt(object, ["metadata", "namespace"], namespace === "" ? undefined : namespace);
