import { isPlainMap, type Plain, type PlainMap } from "../shared/value";

/** A Kubernetes object as JSON. */
export type KubeObject = PlainMap;

/** The value at a path of keys; undefined when it leads nowhere. */
export function at(value: Plain | undefined, ...path: readonly string[]): Plain | undefined {
  return path.reduce<Plain | undefined>((inner, key) => (isPlainMap(inner) ? inner[key] : undefined), value);
}

/** The text at a path; empty when there is none. */
export function textAt(value: Plain | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The number at a path; undefined when there is none. */
export function numberAt(value: Plain | undefined, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** The list at a path; empty when there is none. */
export function listAt(value: Plain | undefined, ...path: readonly string[]): readonly Plain[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export const nameOf = (object: KubeObject) => textAt(object, "metadata", "name");
