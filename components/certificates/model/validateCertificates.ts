import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import type { CertificatePolicy, Validity } from "./certificates";

function validityProblems(property: string, validity: Validity): readonly Diagnostic[] {
  const { days, renewBeforeDays } = validity;
  const wholeDays = (value: number) => Number.isInteger(value) && value >= 0;
  return [
    ...(wholeDays(days) && days > 0
      ? []
      : [
          error({
            property: `${property}Days`,
            value: days,
            reason: "is no lifetime",
            fix: "give a whole number of days from 1",
          }),
        ]),
    ...(wholeDays(renewBeforeDays)
      ? []
      : [
          error({
            property: `${property}RenewBeforeDays`,
            value: renewBeforeDays,
            reason: "is no time span",
            fix: "give a whole number of days from 0",
          }),
        ]),
    // With these two equal, every `up` would renew, and every renewal would be due again at once.
    ...(renewBeforeDays >= days
      ? [
          error({
            property: `${property}RenewBeforeDays`,
            value: renewBeforeDays,
            reason: `is not shorter than the validity of ${String(days)} days`,
            fix: "renew later or let certificates live longer",
          }),
        ]
      : []),
  ];
}

/** Lifetimes that can work: early renewal must leave a certificate some life. */
export function validateCertificatePolicy(policy: CertificatePolicy): readonly Diagnostic[] {
  return [
    ...validityProblems("authority", policy.authority),
    ...validityProblems("leaf", policy.leaf),
    ...(policy.leaf.days > policy.authority.days
      ? [
          error({
            property: "leafDays",
            value: policy.leaf.days,
            reason: `is longer than the authority's ${String(policy.authority.days)} days`,
            fix: "no certificate outlives its authority",
          }),
        ]
      : []),
  ];
}
