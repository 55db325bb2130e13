import type { Cluster } from "./mesh";

type Drawn = Pick<Cluster, "name" | "id" | "podCIDRs">;

/** Whether a cluster sees a peer ready; `undefined` where that is not known. */
export type SeesReady = (cluster: string, peer: string) => boolean | undefined;

/** Past so many clusters lines hide each other. */
export const LINES_UP_TO = 6;
/** A matrix of more is too large to be read, and for Mermaid to draw. */
const MATRIX_UP_TO = 16;
const COLUMNS = 8;

/** Text inside a Mermaid node: quotes end the node, so they become typographic entities. */
function label(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replaceAll('"', "#quot;")).join("<br/>")}"`;
}

function graph(clusters: readonly Drawn[]): readonly string[] {
  const node = (index: number) => `c${String(index)}`;
  const nodes = clusters.map(
    ({ name, id, podCIDRs }, index) =>
      `  ${node(index)}[${label([name, `id ${String(id)}`, `pods ${podCIDRs.join(", ")}`])}]`,
  );
  const pairs = clusters.flatMap((_, a) =>
    clusters.slice(a + 1).map((__, b) => `  ${node(a)} <--> ${node(a + 1 + b)}`),
  );
  return ["graph LR", ...nodes, ...pairs];
}

const CLASSES = {
  ready: { sign: "+", style: "fill:#2da44e,color:#ffffff" },
  notReady: { sign: "x", style: "fill:#cf222e,color:#ffffff" },
  unknown: { sign: "?", style: "fill:#afb8c1,color:#1f2328" },
} as const;

type Kind = keyof typeof CLASSES;

const kindOf = (ready: boolean | undefined): Kind => (ready === undefined ? "unknown" : ready ? "ready" : "notReady");

interface Block {
  readonly id: string;
  readonly kind: Kind;
}

function classes(blocks: readonly Block[]): readonly string[] {
  return (Object.keys(CLASSES) as readonly Kind[]).flatMap((kind) => {
    const ids = blocks.filter((block) => block.kind === kind).map(({ id }) => id);
    return ids.length === 0 ? [] : [`  classDef ${kind} ${CLASSES[kind].style}`, `  class ${ids.join(",")} ${kind}`];
  });
}

/** A row sees a column. */
function matrix(clusters: readonly Drawn[], seesReady: SeesReady): readonly string[] {
  const rows = clusters.map(({ name: from }, row) => ({
    name: `r${row}[${label([from])}]`,
    cells: clusters.map(({ name: to }, column) => ({
      id: `p${row}x${column}`,
      kind: kindOf(seesReady(from, to)),
      isOwn: row === column,
    })),
  }));
  const cell = ({ id, kind, isOwn }: Block & { readonly isOwn: boolean }) =>
    isOwn ? "space" : `${id}["${CLASSES[kind].sign}"]`;
  return [
    "block-beta",
    `  columns ${clusters.length + 1}`,
    `  space ${clusters.map(({ name }, column) => `h${column}[${label([name])}]`).join(" ")}`,
    ...rows.map(({ name, cells }) => `  ${name} ${cells.map(cell).join(" ")}`),
    ...classes(rows.flatMap(({ cells }) => cells.filter(({ isOwn }) => !isOwn))),
  ];
}

/** A block for each cluster, with how many of its peers it sees ready. */
function byCluster(clusters: readonly Drawn[], seesReady: SeesReady): readonly string[] {
  const blocks = clusters.map(({ name }, index) => {
    const peers = clusters.filter((peer) => peer.name !== name).map((peer) => seesReady(name, peer.name));
    const ready = peers.filter((each) => each === true).length;
    const isKnown = !peers.includes(undefined);
    const kind = kindOf(peers.includes(false) ? false : isKnown ? true : undefined);
    const words = kind === "unknown" ? "not known" : `${ready} of ${peers.length} ready`;
    return { id: `c${index}`, kind, text: `c${index}[${label([name, words])}]` };
  });
  const rows = Array.from({ length: Math.ceil(blocks.length / COLUMNS) }, (_, row) =>
    blocks.slice(row * COLUMNS, (row + 1) * COLUMNS),
  );
  return [
    "block-beta",
    `  columns ${COLUMNS}`,
    ...rows.map((row) => `  ${row.map(({ text }) => text).join(" ")}`),
    ...classes(blocks),
  ];
}

/**
 * The mesh as Mermaid text: of few clusters a node for each, with id and ranges, and a line for each pair; of more a matrix of readiness; of many
 * a block for each cluster.
 */
export function topology(clusters: readonly Drawn[], seesReady: SeesReady = () => undefined): string {
  if (clusters.length <= LINES_UP_TO) return graph(clusters).join("\n");
  return (clusters.length <= MATRIX_UP_TO ? matrix : byCluster)(clusters, seesReady).join("\n");
}
