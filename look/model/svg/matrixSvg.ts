import { pairsByEnds, pairState, type MeshView } from "../view";
import { heading, HEADING_HEIGHT, legend, mark, MARGIN, reasons } from "./heading";
import { attributes, label, roughWidth, shortened, svgDocument, svgText } from "./svg";

const LEAST_WIDTH = 860;
const LONGEST_NAME = 24;

const shortName = (name: string): string => shortened(name, LONGEST_NAME);

/** How large a cell is: a picture of many clusters stays as wide as a screen. */
const cellSize = (count: number): number => Math.max(5, Math.min(34, Math.floor(900 / Math.max(1, count))));

/** Cells of one state beside each other: of 255 clusters there are 65025. */
function runs(
  states: readonly string[],
): readonly { readonly state: string; readonly at: number; readonly length: number }[] {
  const starts = states.flatMap((state, at) => (state === states[at - 1] ? [] : [{ state, at }]));
  return starts.map(({ state, at }, index) => ({ state, at, length: (starts[index + 1]?.at ?? states.length) - at }));
}

/**
 * The mesh as a matrix: a row for each cluster that was asked, a column for each peer, in the colour of how the row sees the column. For more
 * clusters than lines can show.
 */
export function matrixSvg(view: MeshView): string {
  const names = view.clusters.map(({ name }) => name);
  const asked = new Set(view.pairs.map(({ from }) => from));
  const rows = names.filter((name) => asked.has(name));
  const pairOf = pairsByEnds(view.pairs);
  const size = cellSize(names.length);
  const isNamed = size >= 12;
  const widest = isNamed ? Math.max(0, ...names.map((name) => roughWidth(shortName(name)))) : 0;
  const left = MARGIN + widest + 12;
  // Names of columns stand upright, turned by 60 degrees.
  const top = HEADING_HEIGHT + 30 + widest * 0.87;
  const text = Math.min(13, size - 1);
  const font = `font-size: ${text}px`;
  const columnNames = names.map((name, column) => {
    const place = `translate(${(left + column * size + size / 2 + 3).toFixed(1)} ${(top - 8).toFixed(1)}) rotate(-60)`;
    return `<text transform="${place}" style="${font}">${svgText(shortName(name))}</text>`;
  });
  const lines = rows.flatMap((from, row) => {
    const y = top + row * size;
    const name = label(left - 10, y + size / 2 + text / 3, shortName(from), "", { "text-anchor": "end", style: font });
    const states = names.map((to) => (from === to ? "own" : pairState(pairOf(from, to))));
    if (!isNamed)
      return runs(states).map(({ state, at, length }) => {
        const place = { x: left + at * size, y, width: length * size, height: size };
        return `<rect ${attributes({ class: state, ...place, "shape-rendering": "crispEdges" })}/>`;
      });
    const cells = names.flatMap((to, column) => {
      const state = states[column] ?? "unseen";
      const x = left + column * size;
      const square = attributes({ class: state, x: x + 1, y: y + 1, width: size - 2, height: size - 2, rx: 2 });
      if (state === "ready" || state === "own") return [`<rect ${square}/>`];
      const pair = pairOf(from, to);
      const told =
        pair === undefined ? "" : `: ${pair.ready} of ${pair.of} ready${pair.why === "" ? "" : `; ${pair.why}`}`;
      return [`<rect ${square}><title>${svgText(`${from} → ${to}${told}`)}</title></rect>`, ...mark(state, x, y, size)];
    });
    return [name, ...cells];
  });
  const bottom = top + rows.length * size + 36;
  const broke = reasons(view, bottom + 34);
  const width = Math.max(LEAST_WIDTH, left + names.length * size + MARGIN + widest / 2);
  const height = bottom + 20 + broke.height + (broke.height === 0 ? 0 : 22);
  return svgDocument(width, height, `Readiness of the pairs of stack ${view.stack}`, [
    ...heading(view),
    label(MARGIN + 330, bottom, "A row sees a column.", "faint"),
    ...(isNamed ? columnNames : []),
    ...lines,
    ...legend(MARGIN, bottom),
    ...broke.parts,
  ]);
}
