import fc from "fast-check";

/** A CIDR as plain numbers, and as it is written. */
export interface PlainCIDR {
  readonly family: 4 | 6;
  /** Every bit of the network part, the highest first. */
  readonly bits: string;
  readonly text: string;
}

function ipv4(bits: string): string {
  return (bits.match(/.{8}/g) ?? []).map((octet) => String(parseInt(octet, 2))).join(".");
}

function ipv6(bits: string): string {
  return (bits.match(/.{16}/g) ?? []).map((group) => parseInt(group, 2).toString(16)).join(":");
}

function plainCIDR(family: 4 | 6, network: readonly boolean[]): PlainCIDR {
  const bits = network.map((bit) => (bit ? "1" : "0")).join("");
  const address = family === 4 ? ipv4(bits.padEnd(32, "0")) : ipv6(bits.padEnd(128, "0"));
  return { family, bits, text: `${address}/${String(bits.length)}` };
}

/**
 * CIDRs of both families with host bits zero. Their bits come mostly from a small pool, so that overlaps do happen.
 *
 * @param longest The longest prefix; short ones overlap more.
 */
export function cidr(longest = 128): fc.Arbitrary<PlainCIDR> {
  const of = (family: 4 | 6, width: number) =>
    fc
      .array(fc.boolean(), { maxLength: Math.min(width, longest) })
      .map((network): PlainCIDR => plainCIDR(family, network));
  return fc.oneof(of(4, 32), of(6, 128));
}

/** Whether two CIDRs share an address, the naive way: one network part begins with the other. */
export function sharesAddress(a: PlainCIDR, b: PlainCIDR): boolean {
  return a.family === b.family && (a.bits.startsWith(b.bits) || b.bits.startsWith(a.bits));
}

/** Text that no person would write, and some that one might. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom(
    "",
    " ",
    "__proto__",
    "constructor",
    "toString",
    "default",
    "../../etc/passwd",
    "$(reboot)",
    "`id`",
    "a\nb: c",
    "-".repeat(300),
    "a".repeat(100_000),
    "\u0000",
    "\ud800",
    "10.0.0.0/8",
    "0/0",
    "::/0",
    "010.0.0.0/8",
    "10.1/16",
    "1e3",
    "https://",
    "https://[::1",
    "https://user:secret@host:2379",
    "https://host:2379/path",
    "http://10.1.1.1:2379",
    "https://10.1.1.1:99999",
    "https://[fe80::1%eth0]:2379",
    "${jndi:ldap://x}",
    "NaN",
  ),
);
