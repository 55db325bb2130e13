/**
 * What a record has under a key that comes from outside the program. Names such as `constructor` are legal for clusters, keys of Secrets and labels,
 * and every object has something of JavaScript's own under them.
 */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A record without what is `undefined`. */
export function present(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
