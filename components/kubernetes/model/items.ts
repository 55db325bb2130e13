/** What `kubectl get -o json` prints, as a List: it prints one object bare, several as a list, none not at all. */
export function listOf(json: string): string {
  if (json.trim() === "") return '{"items":[]}';
  const parsed = JSON.parse(json) as { readonly kind?: string };
  return parsed.kind === "List" ? json : JSON.stringify({ items: [parsed] });
}

/** Several Lists as one. */
export const joinLists = (lists: readonly string[]): string =>
  JSON.stringify({
    items: lists.flatMap((list) => (JSON.parse(list) as { readonly items: readonly unknown[] }).items),
  });

/** The objects of a List with all of their fields, by `kind/name` in lower case: of each kind and name the first. */
export function rawItems(list: string): ReadonlyMap<string, string> {
  const { items } = JSON.parse(list) as {
    readonly items: readonly { readonly kind: string; readonly metadata: { readonly name: string } }[];
  };
  return new Map(
    items.toReversed().map((item) => [`${item.kind.toLowerCase()}/${item.metadata.name}`, JSON.stringify(item)]),
  );
}
