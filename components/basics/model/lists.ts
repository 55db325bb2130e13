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

/** Items in lots of so many, the last of which may be smaller. */
export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}
