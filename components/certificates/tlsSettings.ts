import type * as tls from "@pulumi/tls";
import type { KeyAlgorithm, Validity } from "./model/certificates";

const HOURS_A_DAY = 24;

/** Arguments of a private key. etcd and Cilium take both families (Go's `crypto/tls`). */
export const KEY_ARGS: Readonly<Record<KeyAlgorithm, tls.PrivateKeyArgs>> = {
  P256: { algorithm: "ECDSA", ecdsaCurve: "P256" },
  RSA2048: { algorithm: "RSA", rsaBits: 2048 },
  RSA4096: { algorithm: "RSA", rsaBits: 4096 },
};

/** Lifetime in the tls provider's unit, hours. */
export function validityArgs(validity: Validity) {
  return {
    validityPeriodHours: validity.days * HOURS_A_DAY,
    earlyRenewalHours: validity.renewBeforeDays * HOURS_A_DAY,
  };
}
