import { pairsByEnds, pairState, type ClusterLine, type MeshView, type PairState } from "../view";
import { heading, HEADING_HEIGHT, legend, MARGIN, reasons } from "./heading";
import { attributes, label, shortened, svgDocument } from "./svg";

const WIDTH = 860;
const BOX = { width: 190, height: 76 };
const RADIUS = { x: 285, y: 190 };
/** How far the two lines of a pair are from each other. */
const APART = 7;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Clusters on an ellipse; two beside each other. */
function places(count: number): readonly Place[] {
  const centre = { x: WIDTH / 2, y: HEADING_HEIGHT + BOX.height / 2 + (count <= 2 ? 30 : RADIUS.y + 10) };
  if (count === 1) return [centre];
  const begin = count === 2 ? Math.PI : count === 4 ? -Math.PI * 0.75 : -Math.PI / 2;
  return Array.from({ length: count }, (_, index) => {
    const angle = begin + (index * 2 * Math.PI) / count;
    return { x: centre.x + RADIUS.x * Math.cos(angle), y: centre.y + (count === 2 ? 0 : RADIUS.y * Math.sin(angle)) };
  });
}

/** Where a line to the middle of a box enters it. */
function edgeOf(from: Place, to: Place, gap: number): Place {
  const [dx, dy] = [from.x - to.x, from.y - to.y];
  const scale = Math.min(
    dx === 0 ? Infinity : (BOX.width / 2 + gap) / Math.abs(dx),
    dy === 0 ? Infinity : (BOX.height / 2 + gap) / Math.abs(dy),
  );
  return { x: to.x + dx * scale, y: to.y + dy * scale };
}

/** A line from a cluster to a peer, with an arrow: the way in which it sees it. */
function arrow(from: Place, to: Place, state: PairState): readonly string[] {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const aside = { x: ((to.y - from.y) / length) * APART, y: (-(to.x - from.x) / length) * APART };
  const moved = (place: Place): Place => ({ x: place.x + aside.x, y: place.y + aside.y });
  const [begin, end] = [moved(edgeOf(to, from, 8)), moved(edgeOf(from, to, 12))];
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  const place = attributes({ x1: begin.x, y1: begin.y, x2: end.x, y2: end.y });
  const head = `translate(${end.x.toFixed(1)} ${end.y.toFixed(1)}) rotate(${angle.toFixed(1)})`;
  return [
    `<line class="line ${state}" ${place}/>`,
    `<path class="${state}" transform="${head}" d="M-2 -5L9 0L-2 5Z"/>`,
  ];
}

function box(cluster: ClusterLine, { x, y }: Place): readonly string[] {
  const { name, id, mode, agents, unseen, lost } = cluster;
  const [left, top] = [x - BOX.width / 2, y - BOX.height / 2];
  const isWell = agents !== undefined && agents.ready >= agents.of && agents.of > 0;
  const known = agents === undefined ? undefined : `${agents.ready} of ${agents.of} agents ready`;
  const last = lost === true ? "lost" : unseen === undefined ? known : "not seen";
  const middle = { "text-anchor": "middle" };
  return [
    `<rect class="box" ${attributes({ x: left, y: top, width: BOX.width, height: BOX.height, rx: 8 })}/>`,
    label(x, top + 24, shortened(name, 22), "strong", middle),
    label(
      x,
      top + 44,
      `id ${id}, ${mode.length > 20 ? mode.replace("clustermesh-apiserver", "apiserver") : mode}`,
      "faint small",
      middle,
    ),
    ...(last === undefined ? [] : [label(x, top + 62, last, isWell ? "good small" : "bad small", middle)]),
  ];
}

/** The mesh as boxes and lines: of a pair each end has a line, in the colour of how it sees the other one. For few clusters. */
export function topologySvg(view: MeshView): string {
  const { clusters } = view;
  const at = places(clusters.length);
  const pairOf = pairsByEnds(view.pairs);
  const placed = clusters.map((cluster, index) => ({ cluster, place: at[index] ?? { x: 0, y: 0 } }));
  const lines = placed.flatMap((from) =>
    placed.flatMap((to) => {
      if (from === to) return [];
      const state = pairState(pairOf(from.cluster.name, to.cluster.name));
      return [{ state, parts: arrow(from.place, to.place, state) }];
    }),
  );
  // What is broken lies above what is not.
  const worstLast = [
    ...lines.filter(({ state }) => state !== "notReady"),
    ...lines.filter(({ state }) => state === "notReady"),
  ];
  const bottom = Math.max(HEADING_HEIGHT, ...at.map(({ y }) => y + BOX.height / 2)) + 44;
  const broke = reasons(view, bottom + 34);
  return svgDocument(WIDTH, bottom + 20 + broke.height + (broke.height === 0 ? 0 : 22), `Mesh of stack ${view.stack}`, [
    ...heading(view),
    ...worstLast.flatMap(({ parts }) => parts),
    ...placed.flatMap(({ cluster, place }) => box(cluster, place)),
    ...legend(MARGIN, bottom),
    ...broke.parts,
  ]);
}
