/** What of an object is not as it was written: keys that were removed, or that another manager has written; or its annotations. */
export function driftOf(
  wanted: readonly string[],
  applied: readonly string[],
  owner: string | undefined,
): string | undefined {
  const changed = wanted.filter((key) => !applied.includes(key));
  if (changed.length > 0) {
    return `was changed since it was written: ${changed.slice(0, 5).join(", ")}${changed.length > 5 ? ", …" : ""}`;
  }
  return owner === undefined ? "has lost the annotation that says whose it is" : undefined;
}
