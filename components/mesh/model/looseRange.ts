import { parseCIDR, type Range } from "./cidr";

/**
 * Reads a range as policies may have it: an address alone, or with host bits. Four decimal octets are an IPv4 address, and nothing else is: agents
 * refuse a policy with `010.0.0.0/8` or `10.1/16`.
 */
export function looseRange(text: string): Range | undefined {
  const parsed = parseCIDR(text.includes("/") ? text : `${text}/${text.includes(":") ? "128" : "32"}`);
  return parsed.ok ? parsed.range : undefined;
}

/** Those that can be read. */
export function looseRanges(list: readonly string[]): readonly Range[] {
  return list.flatMap((text) => looseRange(text) ?? []);
}
