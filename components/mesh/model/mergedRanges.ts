import ipaddr from "ipaddr.js";
import type { Range } from "./cidr";

/** How many of the lowest bits of an address are zero; all of them where it is zero. */
function trailingZeros(address: bigint, bits: number): number {
  let zeros = 0;
  while (zeros < bits && ((address >> BigInt(zeros)) & 1n) === 0n) zeros += 1;
  return zeros;
}

const bitLength = (value: bigint): number => value.toString(2).length;

function addressText(address: bigint, bits: number): string {
  const bytes = Array.from({ length: bits / 8 }, (_, index) =>
    Number((address >> BigInt(bits - 8 * (index + 1))) & 255n),
  );
  return ipaddr.fromByteArray(bytes).toString();
}

/** What is between two addresses, in as few ranges as can be. */
function cidrsBetween(family: Range["family"], first: bigint, last: bigint): readonly string[] {
  const bits = family === 4 ? 32 : 128;
  const found: string[] = [];
  for (let start = first; start <= last;) {
    const free = Math.min(trailingZeros(start, bits), bitLength(last - start + 1n) - 1);
    found.push(`${addressText(start, bits)}/${bits - free}`);
    start += 1n << BigInt(free);
  }
  return found;
}

/** The same addresses in as few ranges as can be, in their order, IPv4 first: those inside others are left out, and neighbours become one. */
export function mergedRanges(ranges: readonly Range[]): readonly string[] {
  return ([4, 6] as const).flatMap((family) => {
    const sorted = ranges
      .filter((range) => range.family === family)
      .toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
    const parts: { first: bigint; last: bigint }[] = [];
    for (const { first, last } of sorted) {
      const open = parts.at(-1);
      if (open !== undefined && first <= open.last + 1n) {
        open.last = last > open.last ? last : open.last;
      } else {
        parts.push({ first, last });
      }
    }
    return parts.flatMap(({ first, last }) => cidrsBetween(family, first, last));
  });
}
