import { pairState, type MeshView } from "../view";
import { attributes, label, roughWidth } from "./svg";

export const MARGIN = 28;
/** Below title and summary. */
export const HEADING_HEIGHT = 78;

/** What is known of all pairs, in a line. */
export function summary(view: MeshView): string {
  const count = (state: string) => view.pairs.filter((pair) => pairState(pair) === state).length;
  const [ready, broken, unseen] = ["ready", "notReady", "unseen"].map(count);
  const rest = [
    ...(broken === 0 ? [] : [`${String(broken)} not ready`]),
    ...(unseen === 0 ? [] : [`${String(unseen)} not seen`]),
  ];
  return [`${String(ready)} of ${view.pairs.length} pairs ready`, ...rest].join(", ");
}

/** Title, summary and time. */
export function heading(view: MeshView): readonly string[] {
  const isWell = view.pairs.length > 0 && view.pairs.every((pair) => pairState(pair) === "ready");
  return [
    label(MARGIN, 38, `${view.stack}: ${view.clusters.length} clusters`, "title"),
    label(MARGIN, 60, summary(view), isWell ? "good" : "bad"),
    label(MARGIN + roughWidth(summary(view)) + 6, 60, view.at.slice(0, 16).replace("T", " ") + " UTC", "faint"),
  ];
}

const LEGEND = [
  { state: "ready", text: "ready" },
  { state: "notReady", text: "not ready" },
  { state: "unseen", text: "not seen" },
] as const;

/** What the colours mean. */
export function legend(x: number, y: number): readonly string[] {
  return LEGEND.flatMap(({ state, text }, index) => {
    const at = x + index * 100;
    const square = `<rect ${attributes({ x: at, y: y - 11, width: 13, height: 13, rx: 2, class: state })}/>`;
    return [square, ...mark(state, at, y - 11, 13), label(at + 20, y, text, "faint")];
  });
}

/** A cross where something is not ready, so that colour is not all that tells it. */
export function mark(state: string, x: number, y: number, size: number): readonly string[] {
  if (state !== "notReady") return [];
  const [near, far] = [size * 0.3, size * 0.7];
  const d = `M${x + near} ${y + near}L${x + far} ${y + far}M${x + far} ${y + near}L${x + near} ${y + far}`;
  return [`<path class="mark" d="${d.replace(/\d+\.\d+/g, (each) => String(Math.round(Number(each) * 10) / 10))}"/>`];
}

const MOST_REASONS = 12;
const LINE_HEIGHT = 20;

/** What broke: the pairs that are not ready, each with its reason. */
export function reasons(view: MeshView, y: number): { readonly parts: readonly string[]; readonly height: number } {
  const broken = view.pairs.filter((pair) => pairState(pair) === "notReady");
  const lines = broken
    .slice(0, MOST_REASONS)
    .map(({ from, to, ready, of, why }) => `${from} → ${to}: ${ready} of ${of} ready; ${why}`);
  const more = broken.length - lines.length;
  const all = [
    ...lines.map((text) => ({ text, classes: "bad" })),
    ...(more > 0 ? [{ text: `… and ${more} more`, classes: "faint" }] : []),
  ];
  return {
    parts: all.map(({ text, classes }, index) => label(MARGIN, y + index * LINE_HEIGHT, cutLine(text), classes)),
    height: all.length * LINE_HEIGHT,
  };
}

/** So many characters fit into a picture's width. */
const LINE_LENGTH = 105;
const cutLine = (text: string): string => (text.length > LINE_LENGTH ? `${text.slice(0, LINE_LENGTH - 1)}…` : text);
