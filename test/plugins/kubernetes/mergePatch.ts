import { isPlainMap, isUnknown, type Plain, type PlainMap } from "../shared/value";

const NO_CHANGE = Symbol("no change");

function same(a: Plain, b: Plain): boolean {
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i] ?? null));
  if (isPlainMap(a)) {
    if (!isPlainMap(b)) return false;
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => a[key] !== undefined && b[key] !== undefined && same(a[key], b[key]));
  }
  return !isUnknown(a) && a === b;
}

function change(old: Plain | undefined, now: Plain): Plain | typeof NO_CHANGE {
  if (isUnknown(now)) return null;
  if (old === undefined) return now;
  if (isPlainMap(old) && isPlainMap(now)) {
    const inner = mergePatch(old, now);
    return Object.keys(inner).length === 0 ? NO_CHANGE : inner;
  }
  return same(old, now) ? NO_CHANGE : now;
}

/** A JSON merge patch (RFC 7386): lists are replaced as a whole, null removes, and an unknown looks like a removal. */
export function mergePatch(old: PlainMap, now: PlainMap): PlainMap {
  const changed = Object.entries(now).flatMap(([key, value]) => {
    const result = change(old[key], value);
    return result === NO_CHANGE ? [] : [[key, result] as const];
  });
  const removed = Object.keys(old).flatMap((key) => (now[key] === undefined ? [[key, null] as const] : []));
  return Object.fromEntries([...changed, ...removed]);
}
