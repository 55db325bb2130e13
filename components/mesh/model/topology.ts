import type { Cluster } from "./mesh";

/** Text inside a Mermaid node: quotes end the node, so they become typographic entities. */
function label(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replaceAll('"', "#quot;")).join("<br/>")}"`;
}

/**
 * The mesh as Mermaid text: a node for each cluster with id and ranges, a line for each pair. Lines are left out where there would be
 * too many to see anything; every pair is connected then all the same, as a note in the text has it.
 */
export function topology(clusters: readonly Pick<Cluster, "name" | "id" | "podCIDRs">[], drawnUpTo = 12): string {
  const node = (index: number) => `c${String(index)}`;
  const nodes = clusters.map(
    (cluster, index) =>
      `  ${node(index)}[${label([cluster.name, `id ${String(cluster.id)}`, `pods ${cluster.podCIDRs.join(", ")}`])}]`,
  );
  const pairs = clusters.flatMap((_, a) =>
    clusters.slice(a + 1).map((__, b) => `  ${node(a)} <--> ${node(a + 1 + b)}`),
  );
  const lines = clusters.length <= drawnUpTo ? pairs : [`  %% full mesh: ${String(pairs.length)} pairs, not drawn`];
  return ["graph LR", ...nodes, ...lines].join("\n");
}
