import { createPrivateKey } from "node:crypto";

/** Something that nobody may see, in every form in which it could be written down. */
export interface Needle {
  readonly what: string;
  readonly forms: readonly string[];
}

/** Where something was seen, and what it was. */
export interface Haystack {
  readonly place: string;
  readonly content: string;
}

/** A secret that was seen where it must not be. */
export interface Leak {
  readonly what: string;
  readonly place: string;
  /** The form in which it was there. */
  readonly form: string;
}

/** Shorter pieces could be there by chance. */
const SHORTEST = 16;

/** What of a text's base64 is the same wherever in a longer text it stands: at each of the three places within a group of three bytes. */
function base64Forms(text: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${" ".repeat(before)}${text}`).toString("base64");
    // The first group holds what is before, the last what is behind.
    return encoded.slice(before === 0 ? 0 : 4, -4);
  });
}

const longEnough = (forms: readonly string[]) => [...new Set(forms)].filter((form) => form.length >= SHORTEST);

/** What is private in a key that OpenSSL can read; nothing for OpenSSH's own format. */
function privateNumber(pem: string): readonly Buffer[] {
  try {
    const { d = "" } = createPrivateKey(pem).export({ format: "jwk" });
    return [Buffer.from(d, "base64url")];
  } catch {
    return [];
  }
}

/** The pieces of a PEM text that have something of a number in them, as they stand in its lines and as they would in one line. */
function piecesWith(pem: string, number: Buffer): readonly string[] {
  const lines = pem.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  const body = lines.join("");
  const at = Buffer.from(body, "base64").indexOf(number);
  if (at < 0) {
    return [];
  }
  const [first, last] = [Math.ceil((at * 4) / 3), Math.floor(((at + number.length) * 4) / 3)];
  const width = lines[0]?.length ?? body.length;
  const starts = Array.from({ length: Math.ceil(body.length / width) }, (_, n) => n * width);
  const inLines = starts.map((start) => body.slice(Math.max(start, first), Math.min(start + width, last)));
  return [body.slice(first, last), ...inLines];
}

/**
 * Private keys in PEM: what is private in them, as lines of PEM, in one line, and the base64 of either at any place. JSON changes none of
 * them. A key holds its public half as well, which is in every certificate and no secret.
 *
 * @param pems Of one key there may be several, in other formats.
 * @throws Error where nothing private is found in one.
 */
export function keyNeedles(what: string, pems: readonly string[]): readonly Needle[] {
  const numbers = pems.flatMap(privateNumber);
  return pems.map((pem, n) => {
    const pieces = longEnough(numbers.flatMap((number) => piecesWith(pem, number)));
    if (pieces.length === 0) {
      throw new Error(
        `nothing private in key ${String(n)} of ${what}, ${pem.split("\n")[0] ?? ""}, ${String(pem.length)} bytes`,
      );
    }
    return { what: `key ${String(n)} of ${what}`, forms: longEnough([...pieces, ...pieces.flatMap(base64Forms)]) };
  });
}

/** A token, a password: itself, and its base64 at any place. */
export function textNeedle(what: string, text: string): Needle {
  const forms = longEnough([text, ...base64Forms(text)]);
  if (!forms.includes(text)) {
    throw new Error(`${what} is too short to be looked for`);
  }
  return { what, forms };
}

/** The private keys somewhere in a JSON document, in the texts and in JSON and base64 within them. */
export function keysIn(document: unknown): readonly string[] {
  if (typeof document === "string") {
    const decoded = /^[A-Za-z0-9+/=\s]{40,}$/.test(document) ? Buffer.from(document, "base64").toString() : "";
    const nested = /^[[{"]/.test(document) ? parsed(document) : undefined;
    const inside = nested === undefined || nested === document ? [] : keysIn(nested);
    return [...new Set([document, decoded].flatMap(pemKeys).concat(inside))];
  }
  return typeof document === "object" && document !== null ? [...new Set(Object.values(document).flatMap(keysIn))] : [];
}

function pemKeys(text: string): readonly string[] {
  // JSON within JSON has its line breaks written out.
  return (
    text.replaceAll("\\n", "\n").match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----/g) ?? []
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every secret that is somewhere in what was seen. */
export function findLeaks(needles: readonly Needle[], seen: readonly Haystack[]): readonly Leak[] {
  return seen.flatMap(({ place, content }) =>
    needles.flatMap(({ what, forms }) => {
      const form = forms.find((each) => content.includes(each));
      return form === undefined ? [] : [{ what, place, form: `${form.slice(0, 6)}…` }];
    }),
  );
}
