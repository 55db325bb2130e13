import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { refusal } from "./refusal";
import { keyArgs, validityArgs } from "./tlsSettings";
import { caHash, type CertificatePolicy } from "./model/certificates";
import { validateAdoptedAuthority } from "./model/validateCertificates";

/** What signs: a CA certificate, its key, and a hash that changes with it. */
export interface Authority {
  readonly certificate: pulumi.Output<string>;
  readonly privateKey: pulumi.Output<string>;
  readonly hash: pulumi.Output<string>;
}

/**
 * A CA of this mesh's own. It replaces itself `renewBeforeDays` before its end, and every leaf with it.
 *
 * Usages are those of a CA and nothing else: `cert_signing` and `crl_signing` (RFC 5280, 4.2.1.3).
 */
export function generatedAuthority(
  name: string,
  subject: string,
  policy: CertificatePolicy,
  opts: pulumi.CustomResourceOptions,
): Authority {
  const key = new tls.PrivateKey(`${name}-key`, keyArgs(policy.keyAlgorithm), opts);
  const certificate = new tls.SelfSignedCert(
    `${name}-cert`,
    {
      privateKeyPem: pulumi.secret(key.privateKeyPem),
      subject: { commonName: subject },
      isCaCertificate: true,
      allowedUses: ["cert_signing", "crl_signing"],
      setSubjectKeyId: true,
      ...validityArgs(policy.authority),
    },
    opts,
  );
  return {
    certificate: certificate.certPem,
    privateKey: pulumi.secret(key.privateKeyPem),
    hash: certificate.certPem.apply(caHash),
  };
}

/** An existing etcd CA, from secret configuration. */
export interface AdoptedAuthorityArgs {
  /** PEM, one certificate. */
  readonly certificate: pulumi.Input<string>;
  /** PEM, unencrypted; a secret. */
  readonly privateKey: pulumi.Input<string>;
}

/**
 * An existing CA as an authority. Nothing is signed with a pair that cannot work: an expired CA, a leaf, or a key of another
 * certificate fails the preview.
 *
 * @param property Where the pair is in the configuration, for the message.
 */
export function adoptedAuthority(
  args: AdoptedAuthorityArgs,
  at: { readonly cluster?: string; readonly property: string },
): Authority {
  const pair = pulumi.all([args.certificate, pulumi.secret(args.privateKey)]).apply(([certificate, privateKey]) => {
    const problems = validateAdoptedAuthority(at, { certificate, privateKey }, new Date());
    if (problems.length > 0) {
      throw refusal("the adopted authority cannot sign", problems);
    }
    return { certificate, privateKey };
  });
  // The certificate is public; it came out as a secret only because it was checked together with its key.
  const certificate = pulumi.unsecret(pair.certificate);
  return {
    certificate,
    privateKey: pair.privateKey,
    hash: certificate.apply(caHash),
  };
}
