import ipaddr from "ipaddr.js";

/** An address range as first and last address of one family; comparing two is two comparisons, for v4 and v6 alike. */
export interface Range {
  readonly text: string;
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** A CIDR read: the range, or why the text is none. */
export type ParsedCIDR = { readonly ok: true; readonly range: Range } | { readonly ok: false; readonly reason: string };

function toBigInt(bytes: readonly number[]): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/**
 * Reads `10.60.0.0/16` or `fd00:60::/48`. Bits behind the prefix mean nothing, as in Cilium: `10.60.7.1/16` is the same range. The notation must
 * be the full one: `10.1/16` and octal octets mean different things to different parsers.
 */
export function parseCIDR(text: string): ParsedCIDR {
  if (!/^[0-9a-fA-F:.]+\/\d{1,3}$/.test(text) || !ipaddr.isValidCIDR(text)) {
    return { ok: false, reason: "is not a CIDR" };
  }
  const [address, prefix] = ipaddr.parseCIDR(text);
  const family = address.kind() === "ipv4" ? 4 : 6;
  if (family === 4 && !/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}\//.test(text)) {
    return { ok: false, reason: "is not a CIDR of four decimal octets" };
  }
  const size = 1n << BigInt((family === 4 ? 32 : 128) - prefix);
  const written = toBigInt(address.toByteArray());
  const first = written - (written % size);
  return { ok: true, range: { text, family, first, last: first + size - 1n } };
}

/** The ranges among texts; what is none is left out. */
export function rangesOf(texts: readonly string[]): readonly Range[] {
  return texts.flatMap((text) => {
    const parsed = parseCIDR(text);
    return parsed.ok ? [parsed.range] : [];
  });
}

/** An address as the range that holds nothing else; `undefined` where the text is none. */
export function addressRange(text: string): Range | undefined {
  if (!isIPAddress(text)) {
    return undefined;
  }
  const address = canonicalIP(text);
  return rangesOf([`${address}/${address.includes(":") ? "128" : "32"}`])[0];
}

/** Whether two ranges share an address. Ranges of different families never do. */
export function overlaps(a: Range, b: Range): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** Whether every address of `inner` is in `outer`. */
export function contains(outer: Range, inner: Range): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** What is left of a range without others, in parts. */
export function rangeWithout(range: Range, others: readonly Range[]): readonly Range[] {
  const parts: Range[] = [];
  let { first } = range;
  for (const other of others.filter((each) => overlaps(range, each)).sort(byFirst)) {
    if (first < other.first) parts.push({ ...range, first, last: other.first - 1n });
    if (first <= other.last) first = other.last + 1n;
  }
  return first <= range.last ? [...parts, { ...range, first }] : parts;
}

const byFirst = (a: Range, b: Range): number => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0);

/** Whether a text is an IP address in full notation. A zone (`%eth0`) means something on one machine only, so it is none. */
export function isIPAddress(text: string): boolean {
  return (ipaddr.IPv6.isValid(text) && !text.includes("%")) || ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** One spelling for every address: `fd00:0::1` and `fd00::1` are the same endpoint, and so are `::ffff:10.1.1.1` and `10.1.1.1`. */
export function canonicalIP(text: string): string {
  return ipaddr.process(text).toString();
}

/** A range with its owner. */
export interface Claim<Owner> {
  readonly owner: Owner;
  readonly range: Range;
}

/**
 * Every pair of claims that overlap, each pair once. Sorted by first address and swept, so that a mesh of 255 clusters costs
 * n log n plus the overlaps found and not n².
 */
export function findOverlaps<Owner>(
  claims: readonly Claim<Owner>[],
): readonly (readonly [Claim<Owner>, Claim<Owner>])[] {
  const found: [Claim<Owner>, Claim<Owner>][] = [];
  for (const family of [4, 6] as const) {
    const sorted = claims.filter((claim) => claim.range.family === family).sort((a, b) => byFirst(a.range, b.range));
    let open: Claim<Owner>[] = [];
    for (const claim of sorted) {
      open = open.filter((earlier) => earlier.range.last >= claim.range.first);
      found.push(...open.map((earlier): [Claim<Owner>, Claim<Owner>] => [earlier, claim]));
      open.push(claim);
    }
  }
  return found;
}
