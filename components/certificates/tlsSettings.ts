import type * as tls from "@pulumi/tls";
import type { KeyAlgorithm, Validity } from "./model/certificates";

const HOURS_A_DAY = 24;

/** Arguments of a private key. etcd and Cilium take both families (Go's `crypto/tls`). */
export function keyArgs(algorithm: KeyAlgorithm): tls.PrivateKeyArgs {
  switch (algorithm) {
    case "P256":
      return { algorithm: "ECDSA", ecdsaCurve: "P256" };
    case "RSA2048":
      return { algorithm: "RSA", rsaBits: 2048 };
    case "RSA4096":
      return { algorithm: "RSA", rsaBits: 4096 };
  }
}

/** Lifetime in the tls provider's unit, hours. */
export function validityArgs(validity: Validity): {
  readonly validityPeriodHours: number;
  readonly earlyRenewalHours: number;
} {
  return {
    validityPeriodHours: validity.days * HOURS_A_DAY,
    earlyRenewalHours: validity.renewBeforeDays * HOURS_A_DAY,
  };
}
