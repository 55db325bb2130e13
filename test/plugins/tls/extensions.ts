import { isIPv4, isIPv6 } from "node:net";
import { context, contextPrimitive, integer, namedBits, octets, oid, sequence, TRUE } from "./der";

const KEY_USAGES = [
  "digital_signature",
  "content_commitment",
  "key_encipherment",
  "data_encipherment",
  "key_agreement",
  "cert_signing",
  "crl_signing",
  "encipher_only",
  "decipher_only",
] as const;

const EXTENDED: Readonly<Record<string, string>> = {
  any_extended: "2.5.29.37.0",
  server_auth: "1.3.6.1.5.5.7.3.1",
  client_auth: "1.3.6.1.5.5.7.3.2",
  code_signing: "1.3.6.1.5.5.7.3.3",
  email_protection: "1.3.6.1.5.5.7.3.4",
  ipsec_end_system: "1.3.6.1.5.5.7.3.5",
  ipsec_tunnel: "1.3.6.1.5.5.7.3.6",
  ipsec_user: "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
  microsoft_server_gated_crypto: "1.3.6.1.4.1.311.10.3.3",
  netscape_server_gated_crypto: "2.16.840.1.113730.4.1",
  microsoft_commercial_code_signing: "1.3.6.1.4.1.311.2.1.22",
  microsoft_kernel_code_signing: "1.3.6.1.4.1.311.61.1.1",
};

/** Every value that `allowedUses` takes. */
export const USES: readonly string[] = [...KEY_USAGES, ...Object.keys(EXTENDED)].sort();

/** Alternative names, by Pulumi's property names. */
export interface AlternativeNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
}

export const SAN = oid("2.5.29.17");

function extension(id: Buffer, value: Buffer, critical = false): Buffer {
  return sequence(id, ...(critical ? [TRUE] : []), octets(value));
}

function ipv6(address: string): Buffer {
  const [host = ""] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("%");
  const [head = "", tail] = host.split("::");
  const words = (half: string) => (half === "" ? [] : half.split(":"));
  const left = words(head);
  const right = words(tail ?? "");
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return Buffer.from([...left, ...zeros, ...right].map((word) => word.padStart(4, "0")).join(""), "hex");
}

/** An address in network order. */
function ipBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  if (isIPv6(address)) return ipv6(address);
  throw new Error(`Invalid IP address: Failed to parse ${JSON.stringify(address)}`);
}

/** The SubjectAltName extension; undefined when there are no names. Critical if nothing else names the subject. */
export function alternativeNames(names: AlternativeNames, critical: boolean): Buffer | undefined {
  const all = [
    ...names.dnsNames.map((name) => contextPrimitive(2, Buffer.from(name))),
    ...names.ipAddresses.map((address) => contextPrimitive(7, ipBytes(address))),
    ...names.uris.map((uri) => contextPrimitive(6, Buffer.from(uri))),
  ];
  return all.length === 0 ? undefined : extension(SAN, sequence(...all), critical);
}

/** KeyUsage (critical) and ExtendedKeyUsage of `allowedUses`; the one or the other is left out when it is empty. */
export function usages(fix: readonly string[]): readonly Buffer[] {
  const positions = KEY_USAGES.flatMap((use, at) => (fix.includes(use) ? [at] : []));
  const extended = fix.flatMap((use) => EXTENDED[use] ?? []).map(oid);
  return [
    ...(positions.length === 0 ? [] : [extension(oid("2.5.29.15"), namedBits(positions), true)]),
    ...(extended.length === 0 ? [] : [extension(oid("2.5.29.37"), sequence(...extended))]),
  ];
}

/** BasicConstraints, always there and critical. Go drops a path length of 0, and so does the plugin. */
export function basicConstraints(isCa: boolean, maxPathLength: number | undefined): Buffer {
  const limit = maxPathLength !== undefined && maxPathLength > 0 ? [integer(BigInt(maxPathLength))] : [];
  return extension(oid("2.5.29.19"), sequence(...(isCa ? [TRUE] : []), ...limit), true);
}

export const SUBJECT_KEY_ID = oid("2.5.29.14");
export const subjectKeyId = (id: Buffer) => extension(SUBJECT_KEY_ID, octets(id));
export const authorityKeyId = (id: Buffer) => extension(oid("2.5.29.35"), sequence(contextPrimitive(0, id)));
export const extensionList = (list: readonly Buffer[]) => context(3, sequence(...list));
