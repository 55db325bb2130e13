import { attempt } from "../../basics/model/attempt";
import { compact } from "../../basics/model/lists";
import { certificatesIn, verifiedBy } from "./x509/bundle";
import type { Certificate } from "./x509/certificate";
import { isForClients } from "./x509/chain";
import { LONGEST_PEM, readPem } from "./x509/pem";
import { belongsTo, pemOfKey, readPrivateKey } from "./x509/privateKey";
import { commonNameOf } from "./x509/subject";

/** A client certificate that was issued for all peers of a cluster, as a Secret of the kind kubernetes.io/tls has it; PEM. */
export interface IssuedSecret {
  /** `tls.crt`: certificates that come behind the first are those between it and the CA. */
  readonly certificate: string;
  /** `ca.crt`: by which the peers verify the cluster's server. */
  readonly trusted: string;
}

/** What is wrong with a file of it. */
export interface IssuedFault {
  readonly file: "tls.crt" | "tls.key" | "ca.crt";
  readonly value?: string;
  readonly reason: string;
}

/** The one user that every clustermesh-apiserver makes for all its peers, whatever its ConfigMap of users has (`etcdinit`). */
export const COMMON_USER = "remote";

/**
 * The names that the chart gives such a certificate: with `authMode: cluster` that of the cluster itself. Another one may be a user's that has more
 * rights than a peer.
 */
export const issuedCommonNames = (cluster: string): readonly string[] => [COMMON_USER, `remote-${cluster}`];

/** The users that the ConfigMap needs for peers that show it. */
export const usersOfIssued = (commonName: string): readonly string[] =>
  commonName === COMMON_USER ? [] : [commonName];

/** The certificates of a file, if they are all that is in it and can be read. */
function wholly(pem: string): readonly Certificate[] {
  const { blocks, broken } = readPem(pem.length > LONGEST_PEM ? "" : pem);
  const read = certificatesIn(pem);
  return broken === 0 && read.length === blocks.length ? read : [];
}

function leafFaults(leaf: Certificate, cluster: string, now: Date): readonly IssuedFault[] {
  const at = { file: "tls.crt", value: leaf.subject } as const;
  const wanted = issuedCommonNames(cluster);
  return compact([
    leaf.ends < now && { ...at, reason: `ended on ${leaf.ends.toISOString()}` },
    leaf.ends >= now && leaf.begins > now && { ...at, reason: `is not valid before ${leaf.begins.toISOString()}` },
    !isForClients(leaf) && { ...at, reason: "is not for clients (extended key usage)" },
    !wanted.includes(commonNameOf(leaf.x509) ?? "") && {
      ...at,
      reason: `has not the CN ${wanted.join(" or ")}, by which its etcd knows peers`,
    },
  ]);
}

/** What keeps peers from logging in with it. Whether the key is there, and fits, is judged with the key. */
export function issuedFaults(
  { certificate, trusted }: IssuedSecret,
  cluster: string,
  now: Date,
): readonly IssuedFault[] {
  const [shown, cas] = [wholly(certificate), wholly(trusted)];
  const [leaf] = shown;
  const isUnverified = leaf !== undefined && cas.length > 0 && verifiedBy(shown, cas) === undefined;
  return compact<IssuedFault>([
    leaf === undefined && { file: "tls.crt", reason: "has no certificate that agents can read" },
    ...(leaf === undefined ? [] : leafFaults(leaf, cluster, now)),
    cas.length === 0 && { file: "ca.crt", reason: "has no CA by which agents could verify the server" },
    isUnverified && { file: "tls.crt", value: leaf.subject, reason: "is signed by no CA in ca.crt" },
  ]);
}

/** It, as peers are given it: PEM that this program has written. */
export interface IssuedFiles {
  readonly certificate: string;
  readonly privateKey: string;
  /** Those that are trusted, one PEM each; that by which the certificate is verified is the first. */
  readonly all: readonly string[];
  readonly subject: string;
  readonly commonName: string;
  readonly ends: Date;
}

/** What such a Secret comes to, or all that is wrong with it. */
export type ReadIssued =
  | { readonly is: "usable"; readonly files: IssuedFiles }
  | { readonly is: "unusable"; readonly faults: readonly IssuedFault[] };

/** Reads such a Secret with its key. */
export function readIssued(secret: IssuedSecret, privateKey: string, cluster: string, now: Date): ReadIssued {
  const faults = issuedFaults(secret, cluster, now);
  const [shown, cas] = [wholly(secret.certificate), wholly(secret.trusted)];
  const [leaf] = shown;
  const key = attempt(() => readPrivateKey(privateKey));
  if (key === undefined || leaf === undefined || !belongsTo(key, leaf.x509)) {
    const reason = key === undefined ? "(hidden) cannot be read" : "(hidden) does not belong to tls.crt";
    return { is: "unusable", faults: leaf === undefined ? faults : [...faults, { file: "tls.key", reason }] };
  }
  if (faults.length > 0) return { is: "unusable", faults };
  const signer = verifiedBy(shown, cas)?.x509.publicKey;
  const isSigner = ({ x509 }: Certificate) => signer !== undefined && x509.publicKey.equals(signer);
  const all = [...cas.filter(isSigner), ...cas.filter((each) => !isSigner(each))].map(({ pem }) => pem);
  return {
    is: "usable",
    files: {
      certificate: shown.map(({ pem }) => pem).join(""),
      privateKey: pemOfKey(key),
      all,
      subject: leaf.subject,
      commonName: commonNameOf(leaf.x509) ?? "",
      ends: leaf.ends,
    },
  };
}
