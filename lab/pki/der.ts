/** The few DER (X.690) encodings that certificates are made of. */
const encode = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const hex = body.length.toString(16);
  const length = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
};

export const sequence = (...parts: readonly Buffer[]): Buffer => encode(0x30, ...parts);
export const set = (...parts: readonly Buffer[]): Buffer => encode(0x31, ...parts);
export const octets = (content: Buffer): Buffer => encode(0x04, content);
export const utf8 = (text: string): Buffer => encode(0x0c, Buffer.from(text));
export const boolean = (value: boolean): Buffer => encode(0x01, Buffer.from([value ? 0xff : 0]));

/** A constructed element with a context tag. */
export const explicit = (tag: number, ...parts: readonly Buffer[]): Buffer => encode(0xa0 | tag, ...parts);
/** A primitive value whose own tag is replaced by a context tag. */
export const implicit = (tag: number, content: Buffer): Buffer => encode(0x80 | tag, content);

/** A non-negative integer from its big-endian bytes. */
export const integer = (bytes: Buffer): Buffer => {
  const first = bytes.findIndex((byte) => byte !== 0);
  const trimmed = first === -1 ? Buffer.from([0]) : bytes.subarray(first);
  return encode(0x02, (trimmed[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed);
};

/** A bit string of whole octets, or with the last `unused` bits left out. */
export const bits = (content: Buffer, unused = 0): Buffer => encode(0x03, Buffer.from([unused]), content);

export const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const base128 = (value: number): number[] => {
    const digits = [value & 0x7f];
    for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift((left & 0x7f) | 0x80);
    return digits;
  };
  return encode(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
};

/** A point in time, to the second. X.509 asks for UTCTime up to the year 2049. */
export const time = (date: Date): Buffer => {
  const digits = date.toISOString().replace(/\.\d+/, "").replaceAll(/[-:T]/g, "");
  return date.getUTCFullYear() < 2050 ? encode(0x17, Buffer.from(digits.slice(2))) : encode(0x18, Buffer.from(digits));
};
