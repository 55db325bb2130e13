/** A configuration without what is encrypted in it, and where that was. */
export interface Readable {
  readonly value: unknown;
  /** Paths such as `clusters.west.kubeconfig`. */
  readonly encrypted: readonly string[];
}

const isEncrypted = (value: object): boolean => typeof (value as { readonly secure?: unknown }).secure === "string";

/**
 * Takes out what only the stack's secrets provider can read: `{ secure: … }`. A key goes; in a CA, whose texts have to be there, an empty text stays in
 * its place.
 */
export function withoutEncrypted(value: unknown, path: readonly string[] = []): Readable {
  if (typeof value !== "object" || value === null) return { value, encrypted: [] };
  if (Array.isArray(value)) {
    const items = value.map((each: unknown, index) => withoutEncrypted(each, [...path, String(index)]));
    return { value: items.map((each) => each.value), encrypted: items.flatMap((each) => each.encrypted) };
  }
  const isCa = path.at(-1) === "ca";
  const entries = Object.entries(value).map(([key, each]: [string, unknown]) => {
    const at = [...path, key];
    if (typeof each === "object" && each !== null && isEncrypted(each)) {
      return { encrypted: [at.join(".")], kept: isCa ? [[key, ""] as const] : [] };
    }
    const inner = withoutEncrypted(each, at);
    return { encrypted: inner.encrypted, kept: [[key, inner.value] as const] };
  });
  return {
    value: Object.fromEntries(entries.flatMap(({ kept }) => kept)),
    encrypted: entries.flatMap(({ encrypted }) => encrypted),
  };
}
