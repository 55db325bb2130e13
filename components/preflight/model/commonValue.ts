/** The most common value of a setting, the first of equally common ones, and a cluster that has it. */
export function commonValue(values: readonly { readonly cluster: string; readonly value: string }[]) {
  const counts = new Map<string, number>();
  values.forEach(({ value }) => counts.set(value, (counts.get(value) ?? 0) + 1));
  const common = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  return values.find(({ value }) => value === common);
}
