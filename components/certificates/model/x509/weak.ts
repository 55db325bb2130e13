import { isSelfSigned, type Certificate } from "./certificate";

const LEAST_GOOD_BITS = 2048;

/** What is weak in a CA that Go takes nevertheless; nothing where it is sound. */
export function weakness(ca: Certificate): string | undefined {
  const { key, signature, version } = ca;
  if (key.kind === "RSA" && key.bits < LEAST_GOOD_BITS) return `has a key of ${key.bits} bits, which can be broken`;
  if (signature !== "good") {
    const what = signature === "unknown" ? "what agents and etcd do not know" : signature;
    const without = isSelfSigned(ca)
      ? "which nobody checks while it is trusted itself"
      : "so an etcd that trusts only the CA above it refuses every client";
    return `is signed with ${what}, ${without}`;
  }
  return version < 3 ? "is of before version 3, and does not say that it is a CA" : undefined;
}
