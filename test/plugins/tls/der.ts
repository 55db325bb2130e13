/** One element of DER: tag, content and, of a constructed one, its parts. */
export interface Element {
  readonly tag: number;
  /** The whole element, header included. */
  readonly raw: Buffer;
  readonly content: Buffer;
}

const CONSTRUCTED = 0x20;

function length(count: number): Buffer {
  if (count < 0x80) return Buffer.from([count]);
  const hex = count.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
}

export const sequence = (...parts: readonly Buffer[]) => element(0x30, ...parts);
export const set = (...parts: readonly Buffer[]) => element(0x31, ...parts);
export const octets = (content: Buffer) => element(0x04, content);
export const ia5 = (text: string) => element(0x16, Buffer.from(text, "latin1"));
export const TRUE = element(0x01, Buffer.from([0xff]));
export const NULL = element(0x05);

/** `[n]` with explicit tagging, or implicit tagging of a constructed type. */
export const context = (n: number, ...parts: readonly Buffer[]) => element(0xa0 | n, ...parts);
/** `[n]` with implicit tagging of a primitive type. */
export const contextPrimitive = (n: number, content: Buffer) => element(0x80 | n, content);

/** A non-negative integer of any size. */
export function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return element(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return element(0x06, Buffer.from(bytes));
}

export function bits(content: Buffer, unused = 0): Buffer {
  return element(0x03, Buffer.from([unused]), content);
}

/** Bit positions as a named bit list: no trailing zero bits. */
export function namedBits(positions: readonly number[]): Buffer {
  const last = Math.max(...positions);
  const bytes = Buffer.alloc(Math.floor(last / 8) + 1);
  for (const at of positions) bytes.writeUInt8(bytes.readUInt8(at >> 3) | (0x80 >> (at & 7)), at >> 3);
  return bits(bytes, 7 - (last & 7));
}

/** PrintableString where the text allows it, otherwise UTF8String. */
export function text(value: string): Buffer {
  return element(/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value) ? 0x13 : 0x0c, Buffer.from(value));
}

/** UTCTime before 2050, GeneralizedTime from then on; whole seconds. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+Z$/g, "");
  const year = date.getUTCFullYear();
  return year < 2050 ? element(0x17, Buffer.from(`${digits.slice(2)}Z`)) : element(0x18, Buffer.from(`${digits}Z`));
}

/** Reads one element at the start of a buffer. */
export function read(buffer: Buffer): Element {
  const tag = buffer[0];
  const short = buffer[1];
  if (tag === undefined || short === undefined) throw new Error("truncated DER");
  const extra = short < 0x80 ? 0 : short & 0x7f;
  const size = extra === 0 ? short : buffer.readUIntBE(2, extra);
  const end = 2 + extra + size;
  if (end > buffer.length) throw new Error("truncated DER");
  return { tag, raw: buffer.subarray(0, end), content: buffer.subarray(2 + extra, end) };
}

/** The parts of a constructed element. */
export function parts(parent: Element): readonly Element[] {
  if ((parent.tag & CONSTRUCTED) === 0) throw new Error(`DER element ${String(parent.tag)} has no parts`);
  const result: Element[] = [];
  for (let rest = parent.content; rest.length > 0;) {
    const next = read(rest);
    result.push(next);
    rest = rest.subarray(next.raw.length);
  }
  return result;
}

/** The part at an index. */
export function part(parent: Element, index: number): Element {
  const found = parts(parent)[index];
  if (found === undefined) throw new Error(`DER element has no part ${String(index)}`);
  return found;
}
