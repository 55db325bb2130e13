import type { VerdictLine } from "../view";
import { mark, MARGIN } from "./heading";
import { attributes, label, roughWidth, shortened, svgDocument } from "./svg";

const ROW = 30;
const COLUMN = 178;
const TOP = 104;

/** Whether what was seen is what was expected; `unseen` where nothing was pinged. */
function verdictState(expected: string, seen: string | undefined): "ready" | "notReady" | "unseen" {
  if (seen === undefined || seen.startsWith("not pinged")) return "unseen";
  return seen === expected ? "ready" : "notReady";
}

/** Who reaches the demo's database, before its policy and after it: what was seen, and where that is another thing, what was expected. */
export function verdictSvg(stack: string, verdicts: readonly VerdictLine[]): string {
  const widest = Math.max(
    160,
    ...verdicts.map(({ client }) => Math.min(44, client.length)).map((n) => roughWidth("x".repeat(n))),
  );
  const pathAt = MARGIN + widest + 16;
  const before = pathAt + 110;
  const after = before + COLUMN;
  const cells = (x: number, y: number, expected: string, seen: string | undefined) => {
    const state = verdictState(expected, seen);
    const place = attributes({ x, y: y - 12, width: 14, height: 14, rx: 3, class: state });
    const words =
      state === "unseen" ? `expected: ${expected}` : state === "ready" ? expected : `${seen ?? ""}, not ${expected}`;
    return [
      `<rect ${place}/>`,
      ...mark(state, x, y - 12, 14),
      label(x + 22, y, shortened(words, 22), state === "notReady" ? "bad" : state === "unseen" ? "faint" : ""),
    ];
  };
  const lines = verdicts.flatMap(({ client, path, expectedBefore, seenBefore, expectedAfter, seenAfter }, index) => {
    const y = TOP + 30 + index * ROW;
    const rule = attributes({ x1: MARGIN, x2: after + COLUMN, y1: y - 20, y2: y - 20 });
    return [
      `<line class="grid" ${rule}/>`,
      label(MARGIN, y, shortened(client, 44)),
      label(pathAt, y, path, "faint"),
      ...cells(before, y, expectedBefore, seenBefore),
      ...cells(after, y, expectedAfter, seenAfter),
    ];
  });
  const all = verdicts.flatMap(({ expectedBefore, seenBefore, expectedAfter, seenAfter }) => [
    verdictState(expectedBefore, seenBefore),
    verdictState(expectedAfter, seenAfter),
  ]);
  const wrong = all.filter((state) => state === "notReady").length;
  const pinged = all.filter((state) => state !== "unseen").length;
  const words = pinged === 0 ? "nothing was pinged" : `${pinged - wrong} of ${pinged} pings as expected`;
  const height = TOP + 30 + verdicts.length * ROW + 12;
  return svgDocument(after + COLUMN + MARGIN, height, `Who reaches protected-db, stack ${stack}`, [
    label(MARGIN, 38, `${stack}: who reaches protected-db`, "title"),
    label(MARGIN, 60, words, pinged > 0 && wrong === 0 ? "good" : "bad"),
    label(MARGIN, TOP, "client", "strong"),
    label(pathAt, TOP, "path", "strong"),
    label(before, TOP, "before the policy", "strong"),
    label(after, TOP, "after the policy", "strong"),
    ...lines,
  ]);
}
