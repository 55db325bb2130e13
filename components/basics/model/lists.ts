/** The items that are there: `[a, isB && b]` is `[a]` where `isB` does not hold. */
export function compact<T>(items: readonly (T | false | undefined)[]): readonly T[] {
  return items.flatMap((item) => (item === false || item === undefined ? [] : [item]));
}

/** Items by a key, in the order in which they come. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Items in lots of at most so much in all; one that is more by itself is a lot of its own. */
export function lotsOf<T>(items: readonly T[], most: number, sizeOf: (item: T) => number): readonly (readonly T[])[] {
  const lots: T[][] = [];
  let size = Infinity;
  for (const item of items) {
    size += sizeOf(item);
    if (size > most) {
      lots.push([]);
      size = sizeOf(item);
    }
    lots.at(-1)?.push(item);
  }
  return lots;
}

/** Items in lots of so many, the last of which may be smaller. */
export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
