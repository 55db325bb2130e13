import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { IssuedCa, MeshCa, SigningCa } from "./meshCa";
import type { ClientCertificates } from "../mesh/model/publication";
import { SHARED_AUTHORITY, type CertificateSettings, type KeyAlgorithm } from "./model/certificates";
import { leafLifetime, leafValidity } from "./model/lifetimes";
import { KEY_ARGS, validityArgs } from "./tlsSettings";

/** A key with a certificate request, to be signed by one authority or several. */
export interface KeyPair {
  readonly commonName: string;
  readonly privateKey: pulumi.Output<string>;
  readonly request: pulumi.Output<string>;
}

/** The names in a certificate. */
export interface CertificateNames {
  readonly commonName: string;
  readonly dnsNames?: pulumi.Input<readonly string[]>;
  /** An empty list is none. */
  readonly ipAddresses?: pulumi.Input<readonly string[]>;
}

/**
 * A new key and a request for the given names.
 *
 * @param revision Another number makes another key, and so another request and certificate. The engine compares it with the one of the
 *   last run, and takes an absent one for no question at all: that is why the first revision is given to it as well.
 */
export function keyPair(
  name: string,
  algorithm: KeyAlgorithm,
  names: CertificateNames,
  opts: pulumi.CustomResourceOptions,
  revision = 1,
): KeyPair {
  const key = new tls.PrivateKey(`${name}-key`, KEY_ARGS[algorithm], { ...opts, replacementTrigger: revision });
  const privateKey = pulumi.secret(key.privateKeyPem);
  const request = new tls.CertRequest(
    `${name}-request`,
    {
      privateKeyPem: privateKey,
      subject: { commonName: names.commonName },
      ...(names.dnsNames === undefined ? {} : { dnsNames: copyOf(names.dnsNames) }),
      ...(names.ipAddresses === undefined || isEmpty(names.ipAddresses)
        ? {}
        : { ipAddresses: copyOf(names.ipAddresses) }),
    },
    opts,
  );
  return { commonName: names.commonName, privateKey, request: request.certRequestPem };
}

const copyOf = (names: pulumi.Input<readonly string[]>) => pulumi.output(names).apply((known) => [...known]);
const isEmpty = (names: pulumi.Input<readonly string[]>) => Array.isArray(names) && names.length === 0;

/**
 * What a leaf may be used for. A client leaf is a client and no server, or a peer could pose as another cluster's etcd. An etcd server
 * needs both: its gRPC gateway dials the server with the server's own certificate.
 */
export type LeafUse = "client" | "server";

const USES: Readonly<Record<LeafUse, readonly string[]>> = {
  client: ["digital_signature", "key_encipherment", "client_auth"],
  server: ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
};

/** A certificate that is shown. */
export interface ShownCertificate {
  readonly subject: pulumi.Output<string>;
  /** The name of the authority. */
  readonly issuer: string;
  /** As programs show it: with the CAs between it and the root. */
  readonly file: pulumi.Output<string>;
  /** RFC 3339. */
  readonly expires: pulumi.Output<string>;
}

/** A certificate for a request, signed by an authority; it does not live longer than that. */
export function signedCertificate(
  name: string,
  use: LeafUse,
  pair: KeyPair,
  ca: SigningCa,
  { certificates }: Pick<CertificateSettings, "certificates">,
  opts: pulumi.CustomResourceOptions,
): ShownCertificate {
  const validity = leafLifetime(certificates);
  const lifetime = ca.ends?.apply((ends) => validityArgs(leafValidity(validity, new Date(ends), new Date())));
  const { certPem, validityEndTime } = new tls.LocallySignedCert(
    name,
    {
      certRequestPem: pair.request,
      caCertPem: ca.certificate,
      caPrivateKeyPem: ca.privateKey,
      allowedUses: [...USES[use]],
      ...(lifetime === undefined
        ? validityArgs(validity)
        : {
            validityPeriodHours: lifetime.validityPeriodHours,
            earlyRenewalHours: lifetime.earlyRenewalHours,
          }),
    },
    opts,
  );
  const file = pulumi.all([certPem, ca.intermediates]).apply((parts) => parts.join(""));
  return { subject: pulumi.output(`CN=${pair.commonName}`), issuer: ca.authority, file, expires: validityEndTime };
}

/** A client certificate, with the key that goes with it. */
export interface ClientCertificate extends ShownCertificate {
  /** Whose key that is: the client's, or that of all clients of the authority. */
  readonly kind: ClientCertificates;
  readonly privateKey: pulumi.Output<string>;
}

function issuedCertificate({ authority: issuer, client }: IssuedCa): ClientCertificate {
  const { subject, file, expires, privateKey } = client;
  return { kind: "issued", subject, issuer, file, expires, privateKey };
}

/** One key for a client, and a certificate for it from each authority whose etcds it opens; of one that signs nothing here, what it has issued. */
export function clientCertificates(
  name: string,
  commonName: string,
  authorities: readonly MeshCa[],
  settings: CertificateSettings,
  opts: pulumi.CustomResourceOptions,
): readonly ClientCertificate[] {
  const { certificates, keyRevisions } = settings;
  const issued = authorities.flatMap((ca) => (ca.kind === "issued" ? [issuedCertificate(ca)] : []));
  // A key that nobody would sign for.
  if (issued.length > 0 && issued.length === authorities.length) return issued;
  const pair = keyPair(name, certificates.keyAlgorithm, { commonName }, opts, keyRevisions.client);
  const signed = authorities.flatMap((ca): readonly ClientCertificate[] => {
    if (ca.kind === "issued") return [];
    const certificate = ca.authority === SHARED_AUTHORITY ? `${name}-cert` : `${name}-cert/${ca.authority}`;
    const shown = signedCertificate(certificate, "client", pair, ca, settings, opts);
    return [{ kind: "signed", privateKey: pair.privateKey, ...shown }];
  });
  return [...signed, ...issued];
}
