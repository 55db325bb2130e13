/** A link of a Markdown text to a file of the repository, or to a heading. */
export interface Link {
  /** Empty for a link within the page. */
  readonly path: string;
  readonly anchor?: string;
}

/** A text without its code blocks, which have no links and no headings. */
function withoutCode(text: string): string {
  return text.replace(/^( *)(`{3,})[^\n]*\n[\s\S]*?^\1\2`*$/gm, "");
}

/** The relative links of a text, pictures included. */
export function relativeLinks(text: string): readonly Link[] {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(\s*([^)\s]+)\s*\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = "", anchor] = target.split("#");
      return { path, ...(anchor === undefined ? {} : { anchor }) };
    });
}

/** The anchor of a heading, as GitHub makes it: of its text, without code marks and the targets of links. */
function anchorOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** The anchors of a page; a heading that comes again gets a number. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const found = [...withoutCode(text).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = ""]) => anchorOf(heading));
  return new Set(
    found.map((anchor, index) => {
      const before = found.slice(0, index).filter((each) => each === anchor).length;
      return before === 0 ? anchor : `${anchor}-${before}`;
    }),
  );
}

/** Words, as `wc -w` counts them. */
export function wordCount(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}
