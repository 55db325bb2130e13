import type { Differences, PropertyDiff } from "./provider";
import { equal, isList, isMap, type PropertyMap, type Value } from "./value";

function step(path: string, key: string): string {
  if (/[."[\]]/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function kindOf(old: Value | undefined, now: Value | undefined): PropertyDiff["kind"] {
  if (old === undefined) return "add";
  return now === undefined ? "delete" : "update";
}

function walk(
  path: string,
  old: Value | undefined,
  now: Value | undefined,
  found: (path: string, kind: PropertyDiff["kind"]) => void,
): void {
  if (equal(old, now)) return;
  if (isMap(old) && isMap(now)) {
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)]))
      walk(step(path, key), old[key], now[key], found);
  } else if (isList(old) && isList(now)) {
    for (let i = 0; i < Math.max(old.length, now.length); i++) walk(`${path}[${String(i)}]`, old[i], now[i], found);
  } else {
    found(path, kindOf(old, now));
  }
}

/**
 * Where two sets of properties differ, by the path of the innermost difference.
 * A secret is compared as a whole; an unknown differs from everything; a null is a missing property.
 */
export function objectDiff(old: PropertyMap, now: PropertyMap, replaces: (path: string) => boolean): Differences {
  const result = new Map<string, PropertyDiff>();
  const present = (map: PropertyMap) => Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
  walk("", present(old), present(now), (path, kind) => {
    result.set(path, { kind, replace: replaces(path), input: true });
  });
  return result;
}
