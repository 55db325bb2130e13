import MarkdownIt from "markdown-it";

/** What a reader of a comment sees, without what stands in code: `code` stands for that. */
export interface Seen {
  /** The kinds of its parts in their order, headings with their level, HTML and text outside of code as it is. */
  readonly parts: readonly string[];
  readonly code: readonly string[];
}

/** Reads a comment as CommonMark with tables, HTML and links that are found in texts. */
export function read(markdown: string): Seen {
  const code: string[] = [];
  const parts = new MarkdownIt({ html: true, linkify: true })
    .parse(markdown, {})
    .flatMap((token) => [token, ...(token.children ?? [])])
    .flatMap(({ type, content, tag, info }) => {
      if (type === "code_inline" || type === "fence" || type === "code_block") {
        code.push(content);
        return [`${type} ${info}`];
      }
      return type === "inline" ? [] : [`${type} ${tag} ${content.trim()}`];
    });
  return { parts, code };
}
