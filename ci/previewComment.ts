import { z } from "zod";

/** What became of one stack's preview. */
export const previewSchema = z.object({
  stack: z.string(),
  /** Against what it ran, and why. */
  conditions: z.string(),
  outcome: z.enum(["succeeded", "failed", "skipped"]),
  /** All that Pulumi wrote, scrubbed. */
  text: z.string(),
});
export type Preview = z.infer<typeof previewSchema>;

/** The first line of the comment, by which the next run finds it again. Nobody sees it. */
export const MARKER = "<!-- clustermesh-preview -->";

/** Characters that GitHub takes in a comment; GitLab takes more. */
export const COMMENT_LIMIT = 65_536;

const OMITTED = "… left out here; the job's log has all of it …";

/** Shortens a text from its middle, at the ends of lines: the beginning says what changes and the end sums it up. */
function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor((limit - OMITTED.length - 2) / 2);
  if (half <= 0) return OMITTED.slice(0, limit);
  const head = text.slice(0, half);
  const tail = text.slice(-half);
  const headEnd = head.lastIndexOf("\n");
  const tailStart = tail.indexOf("\n");
  return [headEnd < 0 ? head : head.slice(0, headEnd), OMITTED, tailStart < 0 ? tail : tail.slice(tailStart + 1)].join(
    "\n",
  );
}

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

/** The counts at the end of a preview, in one line. */
function changesOf(text: string): string {
  const [, counts = ""] = /^Resources:\n((?: +\S.*\n?)+)/m.exec(text) ?? [];
  return counts
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(", ");
}

function section({ stack, conditions, outcome, text }: Preview, shown: string): string {
  const result = outcome === "succeeded" ? changesOf(text) || "no changes" : `**${outcome}**`;
  const open = outcome === "succeeded" ? "" : " open";
  return [
    `### ${stack}: ${result}`,
    `Previewed ${conditions}.`,
    `<details${open}><summary>Preview</summary>`,
    `\`\`\`\n${shown}\n\`\`\``,
    "</details>",
  ].join("\n\n");
}

/** A stack whose job ended before it came to a preview. */
function missing(stack: string): Preview {
  return { stack, conditions: "not at all", outcome: "failed", text: "The job ended before the preview: see its log." };
}

/**
 * One comment with a section for each of the given stacks, in their order; it never exceeds {@link COMMENT_LIMIT}.
 *
 * @param commit What was previewed.
 */
export function previewComment(stacks: readonly string[], previews: readonly Preview[], commit: string): string {
  const all = stacks
    .map((stack) => previews.find((preview) => preview.stack === stack) ?? missing(stack))
    // A text must not end the block of code that it stands in.
    .map((preview) => ({ ...preview, text: preview.text.trimEnd().replaceAll("```", "'''") }));
  const render = (texts: readonly string[]) =>
    [
      MARKER,
      "## Pulumi preview",
      ...all.map((preview, index) => section(preview, texts[index] ?? "")),
      `Commit ${commit}`,
    ].join("\n\n");
  const frame = render(all.map(() => ""));
  const shares = divide(
    all.map(({ text }) => text.length),
    COMMENT_LIMIT - frame.length,
  );
  return render(all.map(({ text }, index) => shorten(text, shares[index] ?? 0)));
}
