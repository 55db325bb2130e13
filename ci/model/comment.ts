import { byteLength, keepWithin } from "../../components/basics/model/bounded";
import { code, FENCE } from "./escape";
import { findingLine, headline, openLines, rawLines } from "./lines";
import type { Preview } from "./preview";
import { summarize } from "./summary";

/** The first line of the comment, by which the next run finds it again. Nobody sees it. */
export const MARKER = "<!-- clustermesh-preview -->";

/** What GitHub takes in a comment, in characters; GitLab takes more. It is held in bytes of UTF-8, which are never fewer. */
export const COMMENT_LIMIT = 65_536;

const size = (line: string) => byteLength(line) + 1;

/** As many lines as fit, and a word about the others. */
function fit(lines: readonly string[], most: number, note: (left: number) => string): readonly string[] {
  const all = keepWithin(lines, most, size);
  if (all.left.length === 0) return lines;
  const { kept, left } = keepWithin(lines, most - size(note(lines.length)), size);
  return [...kept, note(left.length)];
}

const linesLeft = (left: number) => `(${left} lines left out here; the job's log has them)`;
const itemsLeft = (left: number) => `- … and ${left} more, left out here; the job's log has them`;

const sizeOf = (lines: readonly string[]) => lines.reduce((sum, line) => sum + size(line), 0);

/** A folded part; nothing where no room is left for it. */
function folded(title: string, before: readonly string[], lines: readonly string[], after: readonly string[]) {
  const frame = [`<details><summary>${title}</summary>`, "", ...before];
  const end = [...after, "", "</details>", ""];
  return (most: number, note: (left: number) => string): readonly string[] => {
    const room = most - sizeOf(frame) - sizeOf(end);
    if (lines.length === 0 || room < size(note(lines.length))) return [];
    return [...frame, ...fit(lines, room, note), ...end];
  };
}

/** The least in which a section says anything. */
const LEAST = 1500;

/** One stack's section in at most so many bytes. */
function section(preview: Preview, most: number): string {
  const summary = summarize(preview);
  const head = [
    `### ${code(preview.stack, 100)}: ${headline(preview)}`,
    "",
    `Previewed ${code(preview.conditions, 160)}.`,
    "",
  ];
  const open = openLines(preview, summary);
  const notes = summary.infos.map((each) => findingLine(each));
  const infos = folded(`Notes (${notes.length})`, [], notes, []);
  const raw = folded(`Preview (${preview.steps.length})`, [FENCE.begin], rawLines(preview), [FENCE.end]);
  const shownOpen = [...fit(open, most - sizeOf(head) - 1, itemsLeft), ""];
  const shownInfos = infos(most - sizeOf(head) - sizeOf(shownOpen), itemsLeft);
  const shownRaw = raw(most - sizeOf(head) - sizeOf(shownOpen) - sizeOf(shownInfos), linesLeft);
  const text = [...head, ...shownOpen, ...shownInfos, ...shownRaw].join("\n");
  const isCut = (notes.length > 0 && shownInfos.length === 0) || (preview.steps.length > 0 && shownRaw.length === 0);
  return isCut ? `${text}\n${SHORTENED}` : text;
}

const SHORTENED = "_Parts of this are left out here; the job's log has them._\n";

/** Line ends that are counted before it is known where they fall. */
const SLACK = 32;

/** Divides a budget among texts of these lengths: what a short one leaves over goes to the longer ones. */
function divide(lengths: readonly number[], budget: number): readonly number[] {
  const shares = lengths.map(() => 0);
  const shortestFirst = [...lengths.entries()].sort(([, a], [, b]) => a - b);
  let rest = budget;
  for (const [rank, [index, length]] of shortestFirst.entries()) {
    const share = Math.min(length, Math.floor(rest / (shortestFirst.length - rank)));
    shares[index] = share;
    rest -= share;
  }
  return shares;
}

/** A stack whose job ended before it came to a preview. */
export function missing(stack: string): Preview {
  return {
    stack,
    conditions: "not at all",
    onPaper: false,
    outcome: "failed",
    steps: [],
    stepsLeft: 0,
    findingsLeft: 0,
    findings: [{ severity: "error", about: "other", text: "The job ended before the preview: see its log." }],
  };
}

/**
 * Sections of stacks in at most so many bytes: each has a fair share. Where there are too many stacks for all to say something, those that failed come
 * first.
 */
export function sections(previews: readonly Preview[], budget: number): readonly string[] {
  const count = Math.floor(budget / LEAST);
  const isFailed = ({ outcome }: Preview) => outcome === "failed";
  const shown =
    previews.length <= count
      ? previews
      : [...previews.filter(isFailed), ...previews.filter((each) => !isFailed(each))].slice(0, Math.max(0, count - 1));
  const left = previews.length - shown.length;
  const more = left === 0 ? [] : [`_${left} stacks more are left out here; the jobs' logs have them._`];
  const room = budget - sizeOf(more) - shown.length * (size(SHORTENED) + 1);
  const lengths = shown.map((each) => byteLength(section(each, Infinity)) + SLACK);
  const shares = divide(lengths, room);
  return [...shown.map((each, index) => section(each, shares[index] ?? 0)), ...more];
}

/**
 * One comment with a section for each of the given stacks; it never exceeds {@link COMMENT_LIMIT}.
 *
 * @param commit What was previewed.
 */
export function previewComment(stacks: readonly string[], previews: readonly Preview[], commit: string): string {
  const all = stacks.map((stack) => previews.find((preview) => preview.stack === stack) ?? missing(stack));
  const begin = [MARKER, "## Pulumi preview", ""].join("\n");
  const end = `Commit ${code(commit, 64)}`;
  const none = stacks.length === 0 ? ["There is no stack: `stacks` has no file `Pulumi.<stack>.yaml`.\n"] : [];
  const room = COMMENT_LIMIT - size(begin) - size(end) - sizeOf(none);
  return [begin, ...none, ...sections(all, room), end].join("\n");
}
