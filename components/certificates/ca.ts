import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { refusal } from "../mesh/refusal";
import type { MeshSettings } from "../settings/model/settings";
import { caFiles } from "./model/adoptedCa";
import { caKeyId, caBundle, caHash, readCertificates } from "./model/certificates";
import { authorityLifetime } from "./model/lifetimes";
import { trustOf, type CaId, type CaTrust } from "./model/keyRevisions";
import { validateAdoptedCa, type CaPlace } from "./model/validateCa";
import { KEY_ARGS, validityArgs } from "./tlsSettings";

/** A CA that is trusted, as an output shows it. */
export interface TrustedCa {
  /** Its revision, or a hash of its public key where it is adopted. */
  readonly id: CaId;
  readonly subject: string;
  /** RFC 3339. */
  readonly expires: string;
  readonly signs: boolean;
}

/** What is trusted in the name of an authority: while a CA is followed by another, both are. */
export interface Trust {
  /** The certificates of all that are trusted, in one PEM file. */
  readonly bundle: pulumi.Output<string>;
  /** Changes with the bundle, and not with who signs. */
  readonly hash: pulumi.Output<string>;
  readonly trust: pulumi.Output<CaTrust>;
  readonly trusted: pulumi.Output<readonly TrustedCa[]>;
}

/** What signs, and what is trusted. */
export interface Ca extends Trust {
  /** Of the CA that signs. */
  readonly certificate: pulumi.Output<string>;
  readonly privateKey: pulumi.Output<string>;
  /** Goes with each certificate that is signed, so that an etcd which trusts the root alone finds its way there; empty below a root. */
  readonly intermediates: pulumi.Output<string>;
  /** When it ends, RFC 3339, where nobody renews it here: what it signs ends with it. */
  readonly ends?: pulumi.Output<string>;
}

interface CaOfRevision {
  readonly revision: number;
  readonly subject: string;
  readonly certificate: tls.SelfSignedCert;
  readonly privateKey: pulumi.Output<string>;
}

/**
 * A CA of this mesh's own. Its certificate replaces itself within its early renewal, and every leaf with it; the key stays, so that
 * old and new certificates go together. A new key takes a new revision.
 *
 * Usages are those of a CA and nothing else: `cert_signing` and `crl_signing` (RFC 5280, 4.2.1.3).
 */
function caOfRevision(
  name: string,
  commonName: string,
  revision: number,
  certificates: MeshSettings["certificates"],
  opts: pulumi.CustomResourceOptions,
): CaOfRevision {
  // The first has the names that it had before there were others.
  const [stem, subject] = revision === 1 ? [name, commonName] : [`${name}-${revision}`, `${commonName} ${revision}`];
  const key = new tls.PrivateKey(`${stem}-key`, KEY_ARGS[certificates.keyAlgorithm], opts);
  const privateKey = pulumi.secret(key.privateKeyPem);
  const certificate = new tls.SelfSignedCert(
    `${stem}-cert`,
    {
      privateKeyPem: privateKey,
      subject: { commonName: subject },
      isCaCertificate: true,
      allowedUses: ["cert_signing", "crl_signing"],
      setSubjectKeyId: true,
      ...validityArgs(authorityLifetime(certificates)),
    },
    opts,
  );
  return { revision, subject, certificate, privateKey };
}

/**
 * The CAs of this mesh's own.
 *
 * @param revisions Those that are trusted, at least one; the first signs.
 */
export function generatedCa(
  name: string,
  commonName: string,
  revisions: readonly number[],
  certificates: MeshSettings["certificates"],
  opts: pulumi.CustomResourceOptions,
): Ca {
  const all = revisions.map((revision) => caOfRevision(name, commonName, revision, certificates, opts));
  const [signer] = all;
  if (signer === undefined) throw new pulumi.RunError("keyRevisions.authority is empty; list at least one revision");
  const bundle = pulumi.all(all.map(({ certificate }) => certificate.certPem)).apply(caBundle);
  const trusted = all.map(({ revision, subject, certificate }) =>
    certificate.validityEndTime.apply((expires) => {
      return { id: revision, subject: `CN=${subject}`, expires, signs: revision === signer.revision };
    }),
  );
  return {
    certificate: signer.certificate.certPem,
    privateKey: signer.privateKey,
    intermediates: pulumi.output(""),
    bundle,
    hash: bundle.apply(caHash),
    trust: pulumi.output(trustOf(signer.revision, revisions)),
    trusted: pulumi.all(trusted),
  };
}

/** An existing etcd CA, from secret configuration. */
export interface AdoptedCaArgs {
  /** PEM: the CA's certificate, and of an intermediate those above it, where there is one. */
  readonly certificate: pulumi.Input<string>;
  /** PEM, unencrypted; a secret. */
  readonly privateKey: pulumi.Input<string>;
  /** PEM, one certificate each: further CAs that the agents trust, while this one follows another or is followed. @default none */
  readonly trusted?: readonly pulumi.Input<string>[];
}

/**
 * An existing CA as an authority. Nothing is signed with a pair that cannot work: an expired CA, a leaf, or a key of another
 * certificate fails the preview.
 *
 * @param at Where the pair is in the configuration, for the message.
 * @param hosts Names and addresses under which its etcds are dialled.
 */
export function adoptedCa(args: AdoptedCaArgs, at: CaPlace, hosts: pulumi.Output<readonly string[]>): Ca {
  const checked = pulumi
    .all([args.certificate, pulumi.secret(args.privateKey), pulumi.all([...(args.trusted ?? [])]), hosts])
    .apply(([certificate, privateKey, trusted, dialled]) => {
      const given = { certificate, privateKey, trusted };
      const problems = validateAdoptedCa(at, given, new Date(), dialled);
      if (problems.length > 0) throw refusal("the adopted authority cannot sign", problems);
      const { ends, ...files } = caFiles(given);
      return { ...files, ends: ends.toISOString() };
    });
  // Certificates are public; they came out as secrets only because they were checked together with a key.
  return {
    certificate: pulumi.unsecret(checked.certificate),
    privateKey: checked.privateKey,
    intermediates: pulumi.unsecret(checked.intermediates),
    ends: pulumi.unsecret(checked.ends),
    ...trustIn(pulumi.unsecret(checked.all)),
  };
}

/** Trust in CAs that nobody renews here. @param all Their certificates, the signer's first. */
export function trustIn(all: pulumi.Output<readonly string[]>): Trust {
  const bundle = all.apply(caBundle);
  return { bundle, hash: bundle.apply(caHash), trust: all.apply(adoptedTrust), trusted: all.apply(trustedOf) };
}

/**
 * Who signs and what is trusted, out of the certificates of adopted CAs.
 *
 * @param certificates The signer's first. @throws Error where one cannot be read.
 */
export function adoptedTrust(certificates: readonly string[]): CaTrust {
  const ids = certificates.map(caKeyId);
  return trustOf(ids[0] ?? "", ids);
}

function trustedOf(certificates: readonly string[]): readonly TrustedCa[] {
  return certificates.flatMap((pem, index) =>
    readCertificates(pem).map(({ subject, ends }) => {
      return { id: caKeyId(pem), subject, expires: ends.toISOString().replace(".000Z", "Z"), signs: index === 0 };
    }),
  );
}
