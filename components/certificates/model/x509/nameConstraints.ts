import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { context, elements, Fields, NotDer, only, TAG } from "./der";

/** The names and addresses that what a CA has signed may, or may not, have. */
interface Subtrees {
  /** A domain with all beneath it; with a dot in front, only what is beneath it; empty for every name. */
  readonly domains: readonly string[];
  /** Address and mask. */
  readonly ranges: readonly { readonly address: Buffer; readonly mask: Buffer }[];
}

/** A CA's name constraints, those of them that matter to an etcd's server certificate. */
export interface NameConstraints {
  readonly permitted: Subtrees;
  readonly excluded: Subtrees;
}

const EMAIL = context(1, false);
const DNS = context(2, false);
const URI = context(6, false);
const ADDRESS = context(7, false);

const isDomain = (text: string): boolean => text === "" || /^\.?[!-\-/-~]+(?:\.[!-\-/-~]+)*$/.test(text);

function isMask(mask: Buffer): boolean {
  const binary = [...mask].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(binary);
}

function subtrees(list: Buffer): Subtrees & { readonly understood: boolean } {
  const names = elements(list).map((each) => {
    const [name] = elements(each.value);
    if (each.tag !== TAG.sequence || name === undefined) throw new NotDer("malformed name constraints");
    return name;
  });
  const of = (tag: number) => names.filter((name) => name.tag === tag).map(({ value }) => value);
  const domains = of(DNS).map((value) => value.toString("latin1"));
  const ranges = of(ADDRESS).map((value) => {
    const half = value.length / 2;
    return { address: value.subarray(0, half), mask: value.subarray(half) };
  });
  if (!domains.every(isDomain) || !ranges.every(({ mask }) => [4, 16].includes(mask.length) && isMask(mask))) {
    throw new NotDer("name constraints with a malformed domain or range");
  }
  const known = new Set([EMAIL, DNS, URI, ADDRESS]);
  return { domains, ranges, understood: names.every(({ tag }) => known.has(tag)) };
}

/** Reads the extension. @throws NotDer where Go refuses the certificate for it. */
export function nameConstraintsOf(value: Buffer): NameConstraints & { readonly understood: boolean } {
  const fields = new Fields(only(value, TAG.sequence).value);
  const [permitted, excluded] = [0, 1].map((n) => fields.optional(context(n, true))?.value ?? Buffer.alloc(0));
  if (permitted === undefined || excluded === undefined || permitted.length + excluded.length === 0) {
    throw new NotDer("empty name constraints");
  }
  const [yes, no] = [subtrees(permitted), subtrees(excluded)];
  return { permitted: yes, excluded: no, understood: yes.understood && no.understood };
}

function inDomain(host: string, domain: string): boolean {
  const [name, end] = [host.toLowerCase(), domain.toLowerCase()];
  return end === "" || name === end || name.endsWith(end.startsWith(".") ? end : `.${end}`);
}

function inRange(address: Buffer, range: Subtrees["ranges"][number]): boolean {
  return (
    address.length === range.address.length &&
    address.every((byte, index) => {
      const mask = range.mask[index] ?? 0;
      return (byte & mask) === ((range.address[index] ?? 0) & mask);
    })
  );
}

/** Whether a server may have a certificate for this host name or address. */
export function permits({ permitted, excluded }: NameConstraints, host: string): boolean {
  if (isIP(host) === 0) {
    const named = (domain: string) => inDomain(host, domain);
    return (permitted.domains.length === 0 || permitted.domains.some(named)) && !excluded.domains.some(named);
  }
  const address = Buffer.from(ipaddr.parse(host).toByteArray());
  const within = (range: Subtrees["ranges"][number]) => inRange(address, range);
  return (permitted.ranges.length === 0 || permitted.ranges.some(within)) && !excluded.ranges.some(within);
}
