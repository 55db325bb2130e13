import type { Operation, Row } from "../results";
import { logScale, type Scale } from "./logScale";

const WIDTH = 760;
const HEIGHT = 470;
const PLOT = { left: 84, right: 600, top: 52, bottom: 412 };
const TITLE = "Wall and CPU time of operations by the size of the mesh";

/** A line of the chart; colours that stand out from a light and a dark background alike. */
interface Series {
  readonly label: string;
  readonly mode: string;
  readonly operation: Operation;
  readonly colour: string;
}

const SERIES: readonly Series[] = [
  { label: "first up", mode: "single", operation: "first up", colour: "#e4572e" },
  { label: "preview", mode: "single", operation: "preview", colour: "#3b8fd6" },
  { label: "no-op up", mode: "single", operation: "no-op up", colour: "#2ea36b" },
  { label: "floor", mode: "floor", operation: "apply", colour: "#9a7bd0" },
];

const STYLE = `text { font: 12px sans-serif; fill: #444 } .grid { stroke: #8888; stroke-width: 0.5 } .axis { font-size: 13px } .title { font-size: 16px; font-weight: bold }
@media (prefers-color-scheme: dark) { text { fill: #ccc } }`;

interface Measure {
  readonly name: string;
  readonly dash: string;
  readonly value: (row: Row) => number;
}

const MEASURES: readonly Measure[] = [
  { name: "wall", dash: "", value: ({ wallSeconds }) => wallSeconds },
  { name: "CPU", dash: "5 4", value: ({ cpuSeconds }) => cpuSeconds },
];

const fixed = (value: number): string => value.toFixed(1);

function rowsOf(rows: readonly Row[], { mode, operation }: Series): readonly Row[] {
  return rows
    .filter((row) => row.mode === mode && row.operation === operation && row.checkpoints !== "every step")
    .filter(({ failed }) => failed === undefined)
    .toSorted((a, b) => a.clusters - b.clusters);
}

function line(rows: readonly Row[], series: Series, measure: Measure, x: Scale, y: Scale): string {
  const points = rowsOf(rows, series)
    .map((row) => ({ clusters: row.clusters, seconds: measure.value(row) }))
    .filter(({ seconds }) => seconds > 0)
    .map(({ clusters, seconds }) => [fixed(x.at(clusters)), fixed(y.at(seconds))] as const);
  const path = points.map((point) => point.join(",")).join(" ");
  const dots = points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${series.colour}"/>`);
  const dash = measure.dash === "" ? "" : ` stroke-dasharray="${measure.dash}"`;
  return `<polyline points="${path}" fill="none" stroke="${series.colour}" stroke-width="2"${dash}/>${dots.join("")}`;
}

function grid(x: Scale, y: Scale, sizes: readonly number[]): readonly string[] {
  const { left, right, top, bottom } = PLOT;
  return [
    ...sizes.map((size) => {
      const at = fixed(x.at(size));
      const label = `<text x="${at}" y="${bottom + 18}" text-anchor="middle">${size}</text>`;
      return `<line class="grid" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/>${label}`;
    }),
    ...y.ticks.map((tick) => {
      const at = fixed(y.at(tick));
      const label = `<text x="${left - 8}" y="${fixed(y.at(tick) + 4)}" text-anchor="end">${tick}</text>`;
      return `<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/>${label}`;
    }),
  ];
}

function legend(): readonly string[] {
  const entry = (index: number, label: string, colour: string, dash: string) => {
    const y = PLOT.top + 12 + index * 22;
    const [from, to] = [PLOT.right + 22, PLOT.right + 54];
    return `<line x1="${from}" x2="${to}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/><text x="${to + 8}" y="${y + 4}">${label}</text>`;
  };
  return [
    ...SERIES.map(({ label, colour }, index) => entry(index, label, colour, "none")),
    ...MEASURES.map(({ name, dash }, index) =>
      entry(SERIES.length + 1 + index, `${name} time`, "#888", dash === "" ? "none" : dash),
    ),
  ];
}

/** Wall and CPU time over the number of clusters, both axes logarithmic, as an SVG. A pure function of the rows. */
export function costChart(rows: readonly Row[]): string {
  const shown = SERIES.flatMap((series) => rowsOf(rows, series));
  const sizes = [...new Set(shown.map(({ clusters }) => clusters))].sort((a, b) => a - b);
  const seconds = shown.flatMap((row) => MEASURES.map(({ value }) => value(row))).filter((value) => value > 0);
  const x = logScale(sizes, PLOT.left, PLOT.right);
  const y = logScale(seconds, PLOT.bottom, PLOT.top);
  const lines = SERIES.flatMap((series) => MEASURES.map((measure) => line(rows, series, measure, x, y)));
  const middle = (PLOT.left + PLOT.right) / 2;
  const centre = (PLOT.top + PLOT.bottom) / 2;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${TITLE}">`,
    `<title>${TITLE}</title>`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="${PLOT.left}" y="28">${TITLE}</text>`,
    ...grid(x, y, sizes),
    ...lines,
    ...legend(),
    `<text class="axis" x="${middle}" y="${HEIGHT - 16}" text-anchor="middle">clusters in the mesh (logarithmic)</text>`,
    `<text class="axis" transform="translate(22 ${centre}) rotate(-90)" text-anchor="middle">seconds (logarithmic)</text>`,
    "</svg>",
  ].join("\n")}\n`;
}
