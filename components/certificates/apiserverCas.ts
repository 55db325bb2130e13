import * as pulumi from "@pulumi/pulumi";
import { attempt } from "../basics/model/attempt";
import { own } from "../basics/model/own";
import type { Diagnostic } from "../mesh/model/diagnostic";
import type { AdoptedCaArgs } from "./ca";
import { plainCa } from "./givenCas";
import { publishedAsGiven } from "./model/adoptedCa";
import { dialledHosts } from "./model/certificates";
import { validateAdoptedCa } from "./model/validateCa";
import type { Signing, SigningMaterial } from "./publishedCa";

/** Clusters as far as the CAs of their clustermesh-apiservers are given. */
export interface ApiserverCas {
  readonly clusters: Readonly<
    Record<
      string,
      {
        readonly etcd?: unknown;
        readonly apiserver?: { readonly endpoints?: readonly string[]; readonly ca?: AdoptedCaArgs };
      }
    >
  >;
}

/** Where such a CA is in the configuration. */
export const apiserverCaPlace = (cluster: string) => ({ cluster, property: "apiserver.ca" }) as const;

function given({ clusters }: ApiserverCas) {
  return Object.entries(clusters).flatMap(([name, { etcd, apiserver: { endpoints = [], ca } = {} }]) =>
    etcd !== undefined || ca === undefined ? [] : [{ name, endpoints, ca }],
  );
}

/** What keeps these CAs from signing; the rest of what goes with no clustermesh-apiserver is told elsewhere. */
export function validateApiserverCas(mesh: ApiserverCas, now: Date): readonly Diagnostic[] {
  return given(mesh).flatMap(({ name, endpoints, ca }) => {
    const hosts = dialledHosts({ endpoints });
    return plainCa(ca).flatMap((each) => validateAdoptedCa(apiserverCaPlace(name), each, now, hosts));
  });
}

/** These CAs by cluster. A key is a secret from here on. */
export function apiserverCasOf(mesh: ApiserverCas): Readonly<Record<string, AdoptedCaArgs>> {
  return Object.fromEntries(
    given(mesh).map(({ name, ca }) => [name, { ...ca, privateKey: pulumi.secret(ca.privateKey) }]),
  );
}

type Apiserver = NonNullable<ApiserverCas["clusters"][string]["apiserver"]>;

/** What cannot be read is left as it is: it is told where the CA is judged. */
function asGiven({ certificate, privateKey, bundle }: SigningMaterial): AdoptedCaArgs {
  return attempt(() => publishedAsGiven(certificate, privateKey, bundle)) ?? { certificate, privateKey };
}

/**
 * The CAs of clustermesh-apiservers that another program has published: where they are in a mesh of one program, as the CAs of their clusters. So a
 * cluster is held against its CA, and peers have certificates of it, whichever program looks after the one and the others.
 *
 * @param clusters All clusters of the mesh. What is written down of one stays.
 * @returns The clusters with these CAs, and what is left for the etcds.
 */
export function withPublishedCas<Cluster extends { readonly etcd?: unknown; readonly apiserver?: Apiserver }>(
  clusters: Readonly<Record<string, Cluster>>,
  signing: Signing,
): { readonly clusters: Readonly<Record<string, Cluster>>; readonly signing: Signing } {
  const isOfCluster = (name: string) => {
    const cluster = own(clusters, name);
    return cluster !== undefined && cluster.etcd === undefined;
  };
  const entries = Object.entries(clusters).map(([name, cluster]) => {
    const material = isOfCluster(name) ? own(signing, name) : undefined;
    if (material === undefined) return [name, cluster] as const;
    const { apiserver } = cluster;
    return [name, { ...cluster, apiserver: { ...apiserver, ca: apiserver?.ca ?? asGiven(material) } }] as const;
  });
  const rest = Object.entries(signing).filter(([name]) => !isOfCluster(name));
  return { clusters: Object.fromEntries(entries), signing: Object.fromEntries(rest) };
}
