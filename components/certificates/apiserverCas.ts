import * as pulumi from "@pulumi/pulumi";
import type { Diagnostic } from "../mesh/model/diagnostic";
import type { AdoptedCaArgs } from "./ca";
import { plainCa } from "./givenCas";
import { dialledHosts } from "./model/certificates";
import { validateAdoptedCa } from "./model/validateCa";

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
