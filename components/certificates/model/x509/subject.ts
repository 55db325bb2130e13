import type { X509Certificate } from "node:crypto";

/** The CN of a certificate's subject; the last where it has several, as Go's programs take it. */
export function commonNameOf({ subject }: X509Certificate): string | undefined {
  const names = subject.split("\n").filter((line) => line.startsWith("CN="));
  return names.at(-1)?.slice("CN=".length);
}

/** The names and addresses that a certificate is for. */
export interface AlternativeNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

/** A kind and its value, which is in quotes where it has characters that could end it. */
const ENTRY = /([^:,"]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/gy;

/** Reads the subject alternative names of a certificate; those of other kinds are left out. */
export function alternativeNamesOf({ subjectAltName }: X509Certificate): AlternativeNames {
  const entries = [...(subjectAltName ?? "").matchAll(ENTRY)];
  const of = (kind: string) => entries.flatMap(([, each, value = ""]) => (each === kind ? [value] : []));
  return { dnsNames: of("DNS"), ipAddresses: of("IP Address") };
}
