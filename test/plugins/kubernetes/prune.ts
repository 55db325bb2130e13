import { isPlainMap, isUnknown, type Plain, type PlainMap } from "../shared/value";

function shape(value: Plain): string {
  if (Array.isArray(value)) return "list";
  if (isPlainMap(value)) return "map";
  return isUnknown(value) ? "unknown" : value === null ? "null" : typeof value;
}

function pruneValue(source: Plain, target: Plain): Plain {
  if (isPlainMap(source) && isPlainMap(target)) return prune(source, target);
  if (Array.isArray(source) && Array.isArray(target)) return pruneList(source, target);
  return source;
}

function pruneList(source: readonly Plain[], target: readonly Plain[]): Plain[] {
  const [first] = source;
  const [wanted] = target;
  if (first === undefined || wanted === undefined) return [];
  if (shape(first) !== shape(wanted)) return [...source];
  return source.slice(0, target.length).map((item, i) => pruneValue(item, target[i] ?? null));
}

/**
 * What of `source` has a place in `target`: maps by key, lists **by index**. A live list that the server or somebody else
 * reordered or put an entry in front of therefore never matches its inputs.
 */
export function prune(source: PlainMap, target: PlainMap): PlainMap {
  return Object.fromEntries(
    Object.entries(source).flatMap(([key, value]) => {
      const wanted = target[key];
      return wanted === undefined ? [] : [[key, pruneValue(value, wanted)]];
    }),
  );
}
