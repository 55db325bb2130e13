import { z } from "zod";
import { APISERVER_SECRETS } from "./objects";

/** The certificates that carry a cluster's name, by who shows them. */
export const NAMED_CERTIFICATES = ["admin", "local"] as const;

export type NamedCertificate = (typeof NAMED_CERTIFICATES)[number];

/** The Secret of each. */
export const secretOf = (certificate: NamedCertificate): string => APISERVER_SECRETS[certificate];

/** All of these as the API is asked for them. */
export const CERTIFICATE_SECRETS: readonly string[] = NAMED_CERTIFICATES.map((name) => `secret/${secretOf(name)}`);

/** The names under which standard input has a certificate and its key: with a dot, as no cluster's. */
export const fileNames = (certificate: NamedCertificate): readonly [string, string] => [
  `${certificate}.crt`,
  `${certificate}.key`,
];

const written = z.object({ written: z.string() });
const each = z.object({ admin: written.exactOptional(), local: written.exactOptional() });

/** What was written, as `writeCertificates` prints it and the state keeps it. */
export type WrittenCertificates = Readonly<z.infer<typeof each>>;

/** Reads back what was printed; nothing before the first run. @throws Error when the text is something else. */
export function parseWritten(printed: string): WrittenCertificates {
  return printed.trim() === "" ? {} : each.parse(JSON.parse(printed));
}
