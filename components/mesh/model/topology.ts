import type { Member } from "./mesh";

/** Text inside a Mermaid node: quotes end the node, so they become typographic entities. */
function label(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replaceAll('"', "#quot;")).join("<br/>")}"`;
}

/**
 * The mesh as Mermaid text: a node for each cluster with id and ranges, a line for each pair. Lines are left out where there would be
 * too many to see anything; every pair is connected then all the same, and a note says so.
 */
export function topology(members: readonly Member[], drawnUpTo = 12): string {
  const node = (index: number) => `c${String(index)}`;
  const nodes = members.map(
    (member, index) =>
      `  ${node(index)}[${label([member.name, `id ${String(member.id)}`, `pods ${member.podCIDRs.join(", ")}`])}]`,
  );
  const pairs = members.flatMap((_, a) => members.slice(a + 1).map((__, b) => `  ${node(a)} <--> ${node(a + 1 + b)}`));
  const lines = members.length <= drawnUpTo ? pairs : [`  %% full mesh: ${String(pairs.length)} pairs, not drawn`];
  return ["graph LR", ...nodes, ...lines].join("\n");
}
