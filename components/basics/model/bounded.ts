/** How long a text is where it is handed on: in bytes of UTF-8. */
export const byteLength = (text: string): number => Buffer.byteLength(text);

/** The beginning of a text in so many bytes; no character is cut in two. */
function beginning(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = Math.max(0, most);
  // Bytes of the form 10xxxxxx go on with a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}

/** A text in at most so many bytes; one that is cut ends with how much is left out. */
export function cutText(text: string, most: number): string {
  const length = byteLength(text);
  if (length <= most) return text;
  const note = `… (${length} bytes in all)`;
  return `${beginning(text, most - byteLength(note))}${note}`;
}

/** As many items from the front as fit into so many bytes, and how many are left out. */
export interface Kept<T> {
  readonly kept: readonly T[];
  readonly left: readonly T[];
}

/** @param size What an item takes; as JSON in a list by default. */
export function keepWithin<T>(
  items: readonly T[],
  most: number,
  size: (item: T) => number = (item) => byteLength(JSON.stringify(item)) + 1,
): Kept<T> {
  let used = 0;
  const first = items.findIndex((item) => {
    used += size(item);
    return used > most;
  });
  return first < 0 ? { kept: items, left: [] } : { kept: items.slice(0, first), left: items.slice(first) };
}

const LINE_BYTES = 1024;

/**
 * The lines of a text in at most so many bytes: its beginning, and its end, where what to do stands. Between them stands how many are left out.
 */
export function excerpt(text: string, most: number): string {
  if (byteLength(text) <= most) return text;
  const lines = text.split("\n").map((line) => cutText(line, LINE_BYTES));
  const size = (line: string) => byteLength(line) + 1;
  const note = 80;
  const last = keepWithin([...lines].reverse(), (most - note) / 4, size).kept.length;
  const end = lines.slice(lines.length - last);
  const { kept: begin, left } = keepWithin(lines.slice(0, lines.length - last), ((most - note) * 3) / 4, size);
  const words = left.length === 0 ? [] : [`… ${left.length} lines left out …`];
  return [...begin, ...words, ...end].join("\n");
}

/** The first few of some names, and how many there are beside. */
export function firstFew(names: readonly string[], most = 5): readonly string[] {
  const more = names.length - most;
  return more > 0 ? [...names.slice(0, most), `and ${more} more`] : names;
}
