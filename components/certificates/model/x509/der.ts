/** An element of DER: its tag, its contents, and both as they stand. */
export interface Element {
  readonly tag: number;
  readonly value: Buffer;
  readonly whole: Buffer;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The number behind the tag of an element that is `[n]`, primitive or not. */
export const context = (number: number, constructed: boolean): number => 0x80 | (constructed ? 0x20 : 0) | number;

/** What Go's reader of DER refuses: lengths that are not the shortest, tags of several bytes, contents that end early. */
export class NotDer extends Error {}

function first(der: Buffer): Element {
  const [tag, length] = der;
  if (tag === undefined || length === undefined || (tag & 0x1f) === 0x1f) throw new NotDer("malformed element");
  const more = length < 0x80 ? 0 : length & 0x7f;
  if (length === 0x80 || more > 4 || der.length < 2 + more) throw new NotDer("malformed length");
  const size = more === 0 ? length : der.readUIntBE(2, more);
  if (more > 0 && (size < 0x80 || der[2] === 0)) throw new NotDer("a length that is not the shortest");
  const end = 2 + more + size;
  if (der.length < end) throw new NotDer("contents that end early");
  return { tag, value: der.subarray(2 + more, end), whole: der.subarray(0, end) };
}

/** The elements that follow each other. @throws NotDer where they are malformed. */
export function elements(der: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let rest = der; rest.length > 0;) {
    const element = first(rest);
    found.push(element);
    rest = rest.subarray(element.whole.length);
  }
  return found;
}

/** The only element there is. @throws NotDer where there is none, another one behind it, or one of another tag. */
export function only(der: Buffer, tag: number): Element {
  const [element, ...more] = elements(der);
  if (element?.tag !== tag || more.length > 0) {
    throw new NotDer(more.length > 0 ? "data behind it" : "an element that does not belong there");
  }
  return element;
}

/** Takes elements one after the other, as a structure has them. */
export class Fields {
  private at = 0;
  private readonly all: readonly Element[];

  constructor(der: Buffer) {
    this.all = elements(der);
  }

  /** The next element, if it has this tag. */
  optional(tag: number): Element | undefined {
    const next = this.all[this.at];
    if (next?.tag !== tag) return undefined;
    this.at += 1;
    return next;
  }

  /** The next element. @throws NotDer where it has another tag. */
  take(tag: number): Element {
    const next = this.optional(tag);
    if (next === undefined) throw new NotDer("an element that does not belong there");
    return next;
  }

  /** The next element, whatever it is. */
  any(): Element | undefined {
    const next = this.all[this.at];
    this.at += 1;
    return next;
  }
}

/** Whether a number is written as short as can be. */
export function isMinimalInteger(value: Buffer): boolean {
  const [first, second] = value;
  const padded = (first === 0 && (second ?? 0xff) < 0x80) || (first === 0xff && (second ?? 0) >= 0x80);
  return first !== undefined && (value.length === 1 || !padded);
}

/** A number that is small and not negative, such as a path length. @throws NotDer for any other. */
export function smallNumber(value: Buffer): number {
  if (!isMinimalInteger(value) || (value[0] ?? 0x80) >= 0x80 || value.length > 4) {
    throw new NotDer("a number that is too large, negative, or not written as short as can be");
  }
  return value.readUIntBE(0, value.length);
}

/** An object identifier with dots. */
export function oid(value: Buffer): string {
  const [head, ...tail] = value.reduce<{ readonly done: readonly number[]; readonly open: number }>(
    ({ done, open }, byte) => {
      const next = open * 128 + (byte & 0x7f);
      return byte >= 0x80 ? { done, open: next } : { done: [...done, next], open: 0 };
    },
    { done: [], open: 0 },
  ).done;
  if (head === undefined || (value.at(-1) ?? 0x80) >= 0x80) throw new NotDer("a malformed object identifier");
  const root = Math.min(2, Math.floor(head / 40));
  return [root, head - root * 40, ...tail].join(".");
}

/** The bits of a bit string from its first one on. */
export function bits(value: Buffer): readonly boolean[] {
  const [unused = 0, ...bytes] = value;
  const all = bytes.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => ((byte >> bit) & 1) === 1));
  return all.slice(0, all.length - unused);
}
