import type * as pulumi from "@pulumi/pulumi";
import type { Trusting } from "./model/certificates";
import type { Ca, Trust } from "./ca";

/** An authority that signs a certificate for each client. */
export interface SigningCa extends Ca {
  readonly kind: "signs";
  readonly authority: string;
}

/** An authority of which nobody here has the key: all clients show what was issued for them. */
export interface IssuedCa extends Trust {
  readonly kind: "issued";
  readonly authority: string;
  readonly client: IssuedClient;
}

/** A certificate that was issued elsewhere. */
export interface IssuedClient {
  readonly subject: pulumi.Output<string>;
  /** As whom its clients are known to the etcd. */
  readonly commonName: pulumi.Output<string>;
  /** RFC 3339. */
  readonly expires: pulumi.Output<string>;
  /** As programs show it: with the CAs between it and the root. */
  readonly file: pulumi.Output<string>;
  readonly privateKey: pulumi.Output<string>;
}

/** An authority of a mesh, under its name. */
export type MeshCa = SigningCa | IssuedCa;

/** The authorities of a mesh. */
export interface CaSet {
  readonly all: readonly MeshCa[];
  /** The authority that a cluster's etcd trusts. */
  for(cluster: Trusting): MeshCa;
  /** The authority that issues the etcds' server certificates; absent where they have their own. */
  readonly ofServers?: SigningCa;
  /** What the peers' Secrets are issued as, for the preflight of the next run. */
  readonly record: pulumi.Output<string>;
}
