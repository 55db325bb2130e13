import { SHORTEST_SECRET, type Secret } from "./secrets";

/** A text without secrets, and what was taken out, in words that may be shown. */
export interface Redacted {
  readonly text: string;
  readonly removed: readonly string[];
}

const PRIVATE_KEY = "a private key";
const TOKEN = "a token";

/**
 * A private key whole, or its beginning with what follows of it, also where line breaks are written as `\n`, where each line is marked as a
 * quotation, and where something of it was taken out already.
 */
const PEM_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[^]{0,20000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?:-----)?(?:[A-Za-z0-9+/=\s|\\]|\[removed: [^\]]{0,200}\]){0,20000}/g;
const HEADER = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/;
/** A token of a service account or of OpenID, and what follows `Bearer`. */
const JWT = /eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g;
const BEARER = /(bearer\s+)[A-Za-z0-9._~+/=-]{16,}/gi;
const ENCODED = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
/** The same in several lines, whose breaks may be written as `\n`, and which may be marked as a quotation. */
const ENCODED_LINES = /[A-Za-z0-9+/_-]{24,}(?:(?:\\+n|\r?\n[| \t"]*)[A-Za-z0-9+/_-]{4,})+={0,2}/g;
const BREAKS = /\\+n|[\s|"]+/g;

/** Pieces of this length: a text that is broken into lines is found by any of them. */
const PIECE = 24;
/** Base64 in base64 in base64 is searched as well. */
const DEEPEST = 3;

/** A text that is no prose: a key, a token, or lines of base64. */
const isDense = (text: string): boolean => HEADER.test(text) || !/\s\S+\s\S+\s/.test(text.trim());

const isArmour = (line: string): boolean => line.startsWith("-----");

/** A secret as it may be written, whole. */
function wholes({ text }: Secret): readonly string[] {
  const trimmed = text.trim();
  const base64 = Buffer.from(text).toString("base64").replace(/=+$/, "");
  return [trimmed, JSON.stringify(trimmed).slice(1, -1), encodeURIComponent(trimmed), base64];
}

/** Pieces of a key or a token. */
function pieces({ text }: Secret): readonly string[] {
  if (!isDense(text)) return [];
  const lines = text
    .trim()
    .split("\n")
    .filter((line) => !isArmour(line));
  return [...lines, Buffer.from(text).toString("base64")].flatMap((line) =>
    Array.from({ length: Math.floor(line.length / PIECE) }, (_, at) => line.slice(at * PIECE, (at + 1) * PIECE)),
  );
}

type Sought = readonly (readonly [needle: string, what: string])[];

/** The longest first: what is left of a secret is no needle any more. */
function soughtBy(secrets: readonly Secret[], needles: (secret: Secret) => readonly string[]): Sought {
  const all = secrets.flatMap((secret) => needles(secret).map((needle) => [needle, secret.what] as const));
  return [...new Map(all)]
    .filter(([needle]) => needle.length >= SHORTEST_SECRET)
    .toSorted(([a], [b]) => b.length - a.length);
}

/** Looks for secrets in texts, by their content. */
export class SecretSearch {
  private readonly wholes: Sought;
  private readonly pieces: Sought;

  constructor(secrets: readonly Secret[]) {
    this.wholes = soughtBy(secrets, wholes);
    this.pieces = soughtBy(secrets, pieces);
  }

  /** Takes secrets out of a text, those in base64 too. */
  redact(text: string, depth = 0): Redacted {
    const removed: string[] = [];
    const remove = (what: string) => {
      removed.push(what);
      return `[removed: ${what}]`;
    };
    const without = (from: string, sought: Sought) =>
      sought.reduce(
        (rest, [needle, what]) => (rest.includes(needle) ? rest.split(needle).join(remove(what)) : rest),
        from,
      );
    const decoded = (run: string) => {
      if (depth === DEEPEST) return run;
      const inner = this.foundEncoded(run.replace(BREAKS, ""), depth);
      return inner === undefined ? run : remove(inner);
    };
    const strange = without(text, this.wholes)
      .replace(PEM_KEY, () => remove(PRIVATE_KEY))
      .replace(JWT, () => remove(TOKEN))
      .replace(BEARER, (_, begin: string) => `${begin}${remove(TOKEN)}`)
      .replace(ENCODED_LINES, decoded)
      .replace(ENCODED, decoded);
    // Keys of one kind begin alike: a piece that was taken out first would hide the rest of another key.
    return { text: without(strange, this.pieces), removed: [...new Set(removed)] };
  }

  /** What is in a run of base64, wherever in the run its first character stands. */
  private foundEncoded(run: string, depth: number): string | undefined {
    for (const before of [0, 1, 2, 3]) {
      const [first] = this.redact(Buffer.from(run.slice(before), "base64").toString(), depth + 1).removed;
      if (first !== undefined) return first;
    }
    return undefined;
  }

  /** What of secrets is still in a text. */
  found(text: string): readonly string[] {
    return this.redact(text).removed;
  }
}
