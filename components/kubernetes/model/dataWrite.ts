/** A write to the data of a ConfigMap, by the manager whose it is. `null` removes a key. */
export type DataWrite =
  | { readonly kind: "Update"; readonly manager: string; readonly data: Readonly<Record<string, string | null>> }
  | { readonly kind: "Apply"; readonly manager: string; readonly data: Readonly<Record<string, string>> };
