/** A block of a PEM text. */
export interface PemBlock {
  /** What stands behind `BEGIN`. */
  readonly label: string;
  /** Lines such as `Proc-Type: 4,ENCRYPTED`. */
  readonly headers: readonly string[];
  readonly der: Buffer;
}

/** A PEM text, block by block. Go skips a block that it cannot decode; a message shows it to the person who gave it. */
export interface PemText {
  readonly blocks: readonly PemBlock[];
  /** How many blocks are begun or ended and cannot be decoded. */
  readonly broken: number;
}

/** Longer than any chain of certificates, and short enough to be read at once. */
export const LONGEST_PEM = 65_536;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decoded(label: string, lines: readonly string[]): PemBlock | undefined {
  const headers = lines.filter((line) => line.includes(":"));
  const body = lines.filter((line) => !line.includes(":")).join("");
  const text = body.replaceAll(/[ \t]/g, "");
  return text !== "" && BASE64.test(text) ? { label, headers, der: Buffer.from(text, "base64") } : undefined;
}

/**
 * Reads a PEM text. Line ends, a byte order mark, indentation and text around the blocks do not matter: what is made of it is written by
 * {@link pemOf}, and not handed on as it came.
 */
export function readPem(text: string): PemText {
  const blocks: PemBlock[] = [];
  let broken = 0;
  let open: { readonly label: string; readonly lines: string[] } | undefined;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)) {
    const trimmed = line.trim();
    const [, mark, label = ""] = /^-----(BEGIN|END) ([^-]+)-----$/.exec(trimmed) ?? [];
    if (mark === "BEGIN") {
      broken += open === undefined ? 0 : 1;
      open = { label, lines: [] };
    } else if (mark === "END") {
      const block = open?.label === label ? decoded(label, open.lines) : undefined;
      if (block === undefined) {
        broken += 1;
      } else {
        blocks.push(block);
      }
      open = undefined;
    } else if (/-----(BEGIN|END) /.test(trimmed)) {
      broken += 1;
    } else {
      open?.lines.push(trimmed);
    }
  }
  return { blocks, broken: broken + (open === undefined ? 0 : 1) };
}

/** A block as every program reads it. */
export function pemOf(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
