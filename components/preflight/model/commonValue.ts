import { groupBy } from "../../basics/model/lists";

/** The most common value of a setting, the first of equally common ones, and a cluster that has it. */
export function commonValue(values: readonly { readonly cluster: string; readonly value: string }[]) {
  const [common] = [...groupBy(values, ({ value }) => value).values()].sort((a, b) => b.length - a.length);
  return common?.[0];
}
