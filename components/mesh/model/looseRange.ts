import ipaddr from "ipaddr.js";
import { parseCIDR, type Range } from "./cidr";

/**
 * Reads a range as policies may have it: an address alone, or with host bits. Four decimal octets are an IPv4 address, and nothing else is: agents
 * refuse a policy with `010.0.0.0/8` or `10.1/16`.
 */
export function looseRange(text: string): Range | undefined {
  try {
    const [address, prefix] = text.includes("/")
      ? ipaddr.parseCIDR(text)
      : [ipaddr.parse(text), text.includes(":") ? 128 : 32];
    const network =
      address.kind() === "ipv4"
        ? ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${String(prefix)}`)
        : ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${String(prefix)}`);
    if (!text.includes(":") && !ipaddr.IPv4.isValidFourPartDecimal(text.split("/")[0] ?? "")) return undefined;
    const parsed = parseCIDR(`${network.toString()}/${String(prefix)}`);
    return parsed.ok ? parsed.range : undefined;
  } catch {
    return undefined;
  }
}

/** Those that can be read. */
export function looseRanges(list: readonly string[]): readonly Range[] {
  return list.flatMap((text) => looseRange(text) ?? []);
}
