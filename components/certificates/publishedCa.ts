import * as pulumi from "@pulumi/pulumi";
import type { Ca, TrustedCa } from "./ca";
import type { CaSet, MeshCa, SigningCa } from "./meshCa";
import { publishedChain } from "./model/adoptedCa";
import { caHash } from "./model/certificates";
import { isAdopted, type CaTrust } from "./model/keyRevisions";

/** What a stack needs to sign as an authority that another stack has made or adopted. PEM. */
export interface SigningMaterial {
  /** Of the CA that signs. */
  readonly certificate: string;
  /** A secret; code that uses it wraps it at once. */
  readonly privateKey: string;
  /** The certificates of all that are trusted. */
  readonly bundle: string;
  readonly trust: CaTrust;
  readonly trusted: readonly TrustedCa[];
}

/** The authorities of a mesh, by name. */
export type Signing = Readonly<Record<string, SigningMaterial>>;

const isSigning = (ca: MeshCa): ca is SigningCa => ca.kind === "signs";

/** Everything that another stack needs to sign as these authorities do; a secret as a whole. */
export function signingOf({ all }: CaSet): pulumi.Output<Signing> {
  const each = all
    .filter(isSigning)
    .map((ca) =>
      pulumi
        .all([ca.certificate, ca.privateKey, ca.bundle, ca.trust, ca.trusted])
        .apply(([certificate, privateKey, bundle, trust, trusted]): readonly [string, SigningMaterial] => [
          ca.authority,
          { certificate, privateKey, bundle, trust, trusted },
        ]),
    );
  return pulumi.secret(pulumi.all(each).apply((known): Signing => Object.fromEntries(known)));
}

/** An authority of another stack, with which this one signs. */
export function publishedCa(material: SigningMaterial): Ca {
  const { certificate, privateKey, bundle, trust, trusted } = material;
  // One that is generated is a root, renewed in time and with its key: what it has signed goes on.
  const chain = isAdopted(trust) ? publishedChain(certificate, bundle) : undefined;
  return {
    certificate: pulumi.output(certificate),
    privateKey: pulumi.secret(privateKey),
    intermediates: pulumi.output(chain?.intermediates ?? ""),
    ...(chain === undefined ? {} : { ends: pulumi.output(chain.ends.toISOString()) }),
    bundle: pulumi.output(bundle),
    hash: pulumi.output(caHash(bundle)),
    trust: pulumi.output(trust),
    trusted: pulumi.output(trusted),
  };
}
