/** What `kubectl get -o json` prints, as a List: it prints one object bare, several as a list, none not at all. */
export function listOf(json: string): string {
  if (json.trim() === "") return '{"items":[]}';
  const parsed = JSON.parse(json) as { readonly kind?: string };
  return parsed.kind === "List" ? json : JSON.stringify({ items: [parsed] });
}
