import { isSelfSigned, verifies, type Certificate } from "./certificate";
import { LEAST_RSA_BITS } from "./privateKey";
import { Unusable } from "./unusable";

const CLIENTS = "1.3.6.1.5.5.7.3.2";
const SERVERS = "1.3.6.1.5.5.7.3.1";
const ANY_PURPOSE = "2.5.29.37.0";
/** Go refuses longer ones in what is sent to it. */
const MOST_RSA_BITS_SENT = 8192;

const good = ({ extensions: { purposes } }: Certificate, purpose: string): boolean =>
  purposes === undefined || purposes.includes(purpose) || purposes.includes(ANY_PURPOSE);

/** Whether certificates for clients, or servers, may stand below a CA. */
export const isForClients = (ca: Certificate): boolean => good(ca, CLIENTS);
export const isForServers = (ca: Certificate): boolean => good(ca, SERVERS);

/** Why Go would let a certificate sign no other, whatever that is. */
export function signingFault(ca: Certificate): Unusable | undefined {
  const { extensions, version, key } = ca;
  const { basicConstraints, signsCertificates, notUnderstood } = extensions;
  // A root of before version 3 has no way to say that it is one.
  const isOldRoot = version < 3 && isSelfSigned(ca);
  if (basicConstraints === undefined ? !isOldRoot : !basicConstraints.isCA) {
    return new Unusable("is not a CA", "give the certificate of the authority, not a leaf it signed");
  }
  if (signsCertificates === false) {
    return new Unusable("may not sign certificates (key usage)", "give a CA whose key usage has keyCertSign");
  }
  if (notUnderstood.length > 0) {
    const reason = `demands that extension ${notUnderstood.join(", ")} be understood, which agents and etcd do not`;
    return new Unusable(reason, "give a CA without it, or in which it is not critical");
  }
  const another = "take a CA with a key of RSA, Ed25519, or P-224, P-256, P-384 or P-521";
  if (key.kind === "unsupported") {
    return new Unusable(`has a key of ${key.name}, with which agents and etcd verify nothing`, another);
  }
  return key.kind === "RSA" && key.bits < LEAST_RSA_BITS
    ? new Unusable(`has a key of ${key.bits} bits, which agents and etcd refuse`, another)
    : undefined;
}

/** Certificates in the order in which each has signed the one before. */
export interface Chain {
  /** The one that signs, first. */
  readonly certificates: readonly Certificate[];
  /** Those that have signed none of them. */
  readonly unrelated: readonly Certificate[];
}

/** Puts what was given in order: from the one that signs to the one above which nothing was given. */
export function chainFrom(signer: Certificate, given: readonly Certificate[]): Chain {
  const top = (chain: readonly Certificate[]) => chain.at(-1) ?? signer;
  const grow = (chain: readonly Certificate[]): readonly Certificate[] => {
    const last = top(chain);
    const next = given.find(
      (each) => !chain.includes(each) && each.names.subject.equals(last.names.issuer) && verifies(each.x509, last.x509),
    );
    return next === undefined || isSelfSigned(last) ? chain : grow([...chain, next]);
  };
  const certificates = grow([signer]);
  return { certificates, unrelated: given.filter((each) => !certificates.includes(each)) };
}

/**
 * Why an etcd that trusts only the top of a chain would refuse what its first certificate signs (Go's `Certificate.Verify`).
 *
 * @returns Nothing for a chain of one, which is trusted as it is.
 */
export function chainFault({
  certificates,
}: Chain): { readonly at: Certificate; readonly fault: Unusable } | undefined {
  const fix = "give a chain that Go programs verify";
  const faults = certificates.flatMap((ca, above) => {
    const say = (reason: string) => [{ at: ca, fault: new Unusable(reason, fix) }];
    const length = ca.extensions.basicConstraints?.pathLength;
    const isTop = above === certificates.length - 1;
    if (!isForClients(ca)) return say("is not for clients (extended key usage)");
    if (length !== undefined && length < above) {
      return say(`allows ${length} CAs beneath it (pathlen), and ${above} are`);
    }
    if (isTop) return [];
    if (ca.signature !== "good") {
      return say(
        `is signed with ${ca.signature === "unknown" ? "what agents and etcd do not know" : ca.signature}, which they refuse`,
      );
    }
    if (ca.version < 3) return say("is an intermediate of before version 3, which agents and etcd refuse");
    if (ca.key.kind === "RSA" && ca.key.bits > MOST_RSA_BITS_SENT) {
      return say(
        `has a key of ${ca.key.bits} bits, and agents and etcd refuse to be sent more than ${MOST_RSA_BITS_SENT}`,
      );
    }
    const policies = ca.extensions.explicitPolicyAfter;
    return policies !== undefined && policies <= above + 1
      ? say("demands a certificate policy, which the certificates of this mesh do not have")
      : [];
  });
  return faults[0];
}

/** What of a chain goes with each certificate that its first signs: an etcd may trust nothing but the root. */
export function sentWithLeaves({ certificates }: Chain): readonly Certificate[] {
  return certificates.filter((each) => !isSelfSigned(each));
}
