/** Where a cluster publishes and what its agents read, as Cilium's documentation calls it. */
export function modeOf({ publishes, reads }: { readonly publishes?: string; readonly reads?: string }): string {
  const where = publishes === "apiserver" ? "clustermesh-apiserver" : (publishes ?? "?");
  return reads === "cached" ? `${where}, KVStoreMesh` : where;
}
