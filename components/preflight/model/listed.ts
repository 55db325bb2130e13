const SHOWN = 5;

/** Names or values in a message: the first ones, and how many more there are. */
export function listed(all: readonly string[], shown = SHOWN): string {
  const rest = all.length - shown;
  return [...all.slice(0, shown), ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
}

/** The names of clusters in a message. */
export function clusterNames(names: readonly string[]): string {
  return `cluster${names.length === 1 ? "" : "s"} ${listed(names.map((name) => JSON.stringify(name)))}`;
}
