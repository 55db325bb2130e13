import { printable } from "../../components/basics/model/printable";
import { PLAIN, type Paint } from "./paint";
import { cell, textTable, textWidth } from "./textTable";
import { pairsByEnds, pairState, type ClusterLine, type MeshView, type Pair, type PairState } from "./view";

/** More clusters than this do not fit into a line of a terminal. */
const WIDEST_MATRIX = 40;
/** So many pairs are named with their reasons. */
const PAIRS_NAMED = 30;
const LINES_SHOWN = 50;

const SIGNS: Readonly<Record<PairState, string>> = { ready: "+", notReady: "x", unseen: "?" };

const agentsOf = ({ agents }: ClusterLine): string => (agents === undefined ? "?" : `${agents.ready}/${agents.of}`);

function stateOf({ unseen, identity, lost }: ClusterLine): string {
  if (lost === true) return "lost";
  return unseen === undefined ? (identity ?? "") : `not seen: ${unseen}`;
}

function clusterTable(clusters: readonly ClusterLine[], paint: Paint): readonly string[] {
  const rows = clusters.map((each) => [each.name, String(each.id), each.mode, agentsOf(each), stateOf(each)]);
  return textTable(["cluster", "id", "mode", "agents", ""], rows, (text, column) => {
    if (column === 3) return /^(\d+)\/\1$/.test(text) && text !== "0/0" ? paint.good(text) : paint.bad(text);
    return column === 4 && text !== "" && text !== "as configured" ? paint.bad(text) : text;
  });
}

/** The matrix: a row for each cluster, a column for each peer, by the peers' numbers. */
function matrix(view: MeshView, paint: Paint): readonly string[] {
  const names = view.clusters.map(({ name }) => name);
  const froms = names.filter((name) => view.pairs.some(({ from }) => from === name));
  const pairOf = pairsByEnds(view.pairs);
  const colours = { ready: paint.good, notReady: paint.bad, unseen: paint.faint };
  const width = Math.max(...names.map((name) => textWidth(cell(name)))) + 1 + String(names.length).length;
  const digits = String(names.length).length;
  const label = (name: string, index: number) => `${String(index + 1).padStart(digits)} ${cell(name)}`;
  const pad = (text: string) => text + " ".repeat(Math.max(0, width - textWidth(text)));
  const heading = names.map((_, index) => String(index + 1).padStart(digits)).join(" ");
  const rows = froms.map((from) => {
    const cells = names.map((to) => {
      if (to === from) return paint.faint("-".padStart(digits));
      const state = pairState(pairOf(from, to));
      return colours[state](SIGNS[state].padStart(digits));
    });
    return `${pad(label(from, names.indexOf(from)))}  ${cells.join(" ")}`;
  });
  return [`${pad("")}  ${heading}`, ...rows];
}

/** Of a mesh too large for a matrix, a row for each cluster. */
function byCluster(view: MeshView, paint: Paint): readonly string[] {
  const rows = view.clusters.flatMap(({ name }) => {
    const own = view.pairs.filter(({ from }) => from === name);
    if (own.length === 0) return [];
    const count = (state: PairState) => own.filter((pair) => pairState(pair) === state).length;
    return [[name, String(own.length), String(count("ready")), String(count("notReady")), String(count("unseen"))]];
  });
  return textTable(["cluster", "peers", "ready", "not ready", "not seen"], rows, (text, column) =>
    column >= 3 && text !== "0" ? paint.bad(text) : text,
  );
}

function readiness(view: MeshView, paint: Paint): readonly string[] {
  if (view.pairs.length === 0) return ["not known"];
  const ready = view.pairs.filter((pair) => pairState(pair) === "ready").length;
  const open = view.pairs.filter((pair) => pairState(pair) === "notReady");
  const words = (pair: Pair) =>
    `  ${cell(pair.from)} → ${cell(pair.to)}: ${pair.ready} of ${pair.of} ready; ${printable(pair.why)}`;
  return [
    ...(view.clusters.length <= WIDEST_MATRIX ? matrix(view, paint) : byCluster(view, paint)),
    `${ready} of ${view.pairs.length} pairs ready   (${SIGNS.ready} ready, ${SIGNS.notReady} not ready, ${SIGNS.unseen} not seen)`,
    ...open.slice(0, PAIRS_NAMED).map((pair) => paint.bad(words(pair))),
    ...(open.length > PAIRS_NAMED ? [`  … and ${open.length - PAIRS_NAMED} more`] : []),
  ];
}

const day = (time: string): string => time.slice(0, 10);

/** How many days are left. */
function daysLeft(expires: string, at: string): string {
  const days = Math.floor((Date.parse(expires) - Date.parse(at)) / 86_400_000);
  return Number.isNaN(days) ? "?" : days < 0 ? "ended" : String(days);
}

/** Days at which the rest of the program begins to warn. */
const SOON = 30;

function certificates(view: MeshView, paint: Paint): readonly string[] {
  const sorted = view.certificates.toSorted((a, b) => Date.parse(a.expires) - Date.parse(b.expires));
  const rows = sorted
    .slice(0, LINES_SHOWN)
    .map(({ cluster, what, subject, expires }) => [daysLeft(expires, view.at), day(expires), cluster, what, subject]);
  const more = sorted.length - LINES_SHOWN;
  return [
    ...textTable(["days", "ends", "cluster", "certificate", "subject"], rows, (text, column) =>
      column === 0 && !(Number(text) > SOON) ? paint.bad(text) : text,
    ),
    ...(more > 0 ? [`… and ${more} that end later`] : []),
  ];
}

function verdicts(view: MeshView, paint: Paint): readonly string[] {
  const rows = (view.verdicts ?? []).map((each) => [
    each.client,
    each.path,
    each.expectedBefore,
    each.seenBefore ?? "not pinged",
    each.expectedAfter,
    each.seenAfter ?? "not pinged",
  ]);
  const heading = ["client", "path", "expected before", "seen before", "expected after", "seen after"];
  return textTable(heading, rows, (text, column) => (column === 0 ? text : paint.faint(text)));
}

function list(
  title: string,
  all: readonly string[],
  paint: Paint,
  colour: (text: string) => string,
): readonly string[] {
  if (all.length === 0) return [];
  const more = all.length - LINES_SHOWN;
  return [
    paint.bold(`${title} (${all.length})`),
    ...all.slice(0, LINES_SHOWN).map((each) => colour(`  - ${printable(each)}`)),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    "",
  ];
}

/** The whole view as lines for a terminal. What others have written is escaped and bounded. */
export function meshText(view: MeshView, paint: Paint = PLAIN): string {
  const { lastChange } = view;
  const same = (text: string) => text;
  const lines = [
    paint.bold(`stack ${cell(view.stack)}: ${view.clusters.length} clusters, ${cell(view.at)}`),
    ...(lastChange === undefined
      ? []
      : [`last change: ${cell(lastChange.kind)} ${cell(lastChange.result)}, ${cell(lastChange.ended)}`]),
    "",
    paint.bold("clusters"),
    ...clusterTable(view.clusters, paint),
    "",
    paint.bold("readiness of pairs (row sees column)"),
    ...readiness(view, paint),
    "",
    paint.bold("certificates"),
    ...certificates(view, paint),
    "",
    ...(view.verdicts === undefined ? [] : [paint.bold("who reaches protected-db"), ...verdicts(view, paint), ""]),
    ...list("problems", view.problems, paint, paint.bad),
    ...list("not seen", view.unseen, paint, paint.bad),
    ...list("notes", view.notes, paint, same),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}
