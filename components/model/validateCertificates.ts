import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import type { CertificatePolicy, Validity } from "./certificates";
import type { Problem } from "./problem";

/** An existing etcd CA in PEM form. The key is a secret: it never gets into a problem. */
export interface AdoptedAuthority {
  readonly certificate: string;
  readonly privateKey: string;
  /** Certificates of further CAs that are trusted beside it. */
  readonly trusted?: readonly string[];
}

function validityProblems(property: string, validity: Validity): readonly Problem[] {
  const { days, renewBeforeDays } = validity;
  const wholeDays = (value: number) => Number.isInteger(value) && value >= 0;
  return [
    ...(wholeDays(days) && days > 0
      ? []
      : [
          {
            property: `${property}Days`,
            value: days,
            reason: "is no lifetime",
            allowed: "give a whole number of days from 1",
          },
        ]),
    ...(wholeDays(renewBeforeDays)
      ? []
      : [
          {
            property: `${property}RenewBeforeDays`,
            value: renewBeforeDays,
            reason: "is no time span",
            allowed: "give a whole number of days from 0",
          },
        ]),
    // With these two equal, every `up` would renew, and every renewal would be due again at once.
    ...(renewBeforeDays >= days
      ? [
          {
            property: `${property}RenewBeforeDays`,
            value: renewBeforeDays,
            reason: `is not shorter than the validity of ${String(days)} days`,
            allowed: "renew later or let certificates live longer",
          },
        ]
      : []),
  ];
}

/** Lifetimes that can work: early renewal must leave a certificate some life. */
export function validateCertificatePolicy(policy: CertificatePolicy): readonly Problem[] {
  return [
    ...validityProblems("authority", policy.authority),
    ...validityProblems("leaf", policy.leaf),
    ...(policy.leaf.days > policy.authority.days
      ? [
          {
            property: "leafDays",
            value: policy.leaf.days,
            reason: `is longer than the authority's ${String(policy.authority.days)} days`,
            allowed: "no certificate outlives its authority",
          },
        ]
      : []),
  ];
}

function read<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

function keyFits(certificate: X509Certificate, key: KeyObject): boolean {
  return read(() => certificate.checkPrivateKey(key)) ?? false;
}

/**
 * Whether a CA certificate and key can sign for a cluster's etcd: both readable, the key belongs to the certificate, it is a CA, and
 * valid now. The same of further CAs that are trusted, but for the key.
 *
 * @param property Where they are in the configuration, such as `authority` or `etcd.ca`.
 */
export function validateAdoptedAuthority(
  at: { readonly cluster?: string; readonly property: string },
  authority: AdoptedAuthority,
  now: Date,
): readonly Problem[] {
  const problem = (property: string, reason: string, allowed: string, value?: string): Problem => ({
    ...(at.cluster === undefined ? {} : { cluster: at.cluster }),
    property: `${at.property}.${property}`,
    ...(value === undefined ? {} : { value }),
    reason,
    allowed,
  });
  const certificate = read(() => new X509Certificate(authority.certificate));
  const key = read(() => createPrivateKey(authority.privateKey));
  const problems: Problem[] = [];
  if (certificate === undefined) {
    problems.push(problem("certificate", "cannot be read", "give one PEM block BEGIN CERTIFICATE"));
  }
  if (key === undefined) {
    problems.push(problem("privateKey", "(hidden) cannot be read", "give the CA's unencrypted private key in PEM"));
  }
  const others = (authority.trusted ?? []).flatMap((pem, index) => trustedProblems(`trusted[${String(index)}]`, pem));
  if (certificate === undefined) {
    return [...problems, ...others];
  }
  problems.push(...caProblems("certificate", certificate));
  if (authority.certificate.includes("PRIVATE KEY")) {
    const allowed = "give the certificate alone: it is no secret, and goes to every cluster";
    problems.push(problem("certificate", "holds a private key as well", allowed));
  }
  if (key !== undefined && !keyFits(certificate, key)) {
    const [reason, allowed] = ["(hidden) does not belong to the certificate", "give the key of this very certificate"];
    problems.push(problem("privateKey", reason, allowed, subjectOf(certificate)));
  }
  return [...problems, ...others];

  function trustedProblems(property: string, pem: string): readonly Problem[] {
    // A second block, or a key beside the certificate, would end up in every cluster.
    const one = pem.split("-----BEGIN ").length === 2;
    const trusted = one ? read(() => new X509Certificate(pem)) : undefined;
    return trusted === undefined
      ? [problem(property, "cannot be read", "give one PEM block BEGIN CERTIFICATE and nothing else")]
      : caProblems(property, trusted);
  }

  function caProblems(property: string, ca: X509Certificate): readonly Problem[] {
    const leaf = problem(
      property,
      "is not a CA",
      "give the certificate of the authority, not a leaf it signed",
      subjectOf(ca),
    );
    const expired = problem(property, "has expired", "give a CA that is still valid", ca.validTo);
    const early = problem(property, "is not valid yet", "wait until then, or give another CA", ca.validFrom);
    return [
      ...(ca.ca ? [] : [leaf]),
      ...(new Date(ca.validTo) <= now ? [expired] : new Date(ca.validFrom) > now ? [early] : []),
    ];
  }
}

function subjectOf(certificate: X509Certificate): string {
  return certificate.subject.replaceAll("\n", ", ");
}
