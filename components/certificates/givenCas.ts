import * as pulumi from "@pulumi/pulumi";
import { plainEtcd, type EtcdInputs } from "../mesh/etcd";
import { error, type Diagnostic } from "../mesh/model/diagnostic";
import type { MeshSettings } from "../settings/model/settings";
import type { AdoptedCA } from "../settings/model/ca";
import type { AdoptedCaArgs } from "./ca";
import { missingMaterial, type CaSource } from "./caSource";
import { dialledHosts } from "./model/certificates";
import { validateAdoptedCa } from "./model/validateCa";

/** Who signs for the etcds of clusters in kvstore mode, as the arguments of a mesh have it. */
export interface GivenCas extends Pick<MeshSettings, "authority"> {
  /** The CA of all etcds. */
  readonly ca?: AdoptedCaArgs;
  readonly clusters: Readonly<
    Record<
      string,
      {
        readonly etcd?: EtcdInputs & { readonly ca?: AdoptedCaArgs };
        readonly lost?: boolean;
      }
    >
  >;
  /** What another program has published, with which this one signs. No CA is given then. */
  readonly published?: Omit<Extract<CaSource, { kind: "published" }>, "kind">;
}

const ALL = { property: "clustermesh:ca" } as const;

/** The clusters that are there, with an etcd of their own: nobody else's is signed for here. */
function present({ clusters }: GivenCas) {
  return Object.entries(clusters).flatMap(([name, { etcd, lost = false }]) =>
    lost || etcd === undefined ? [] : [{ name, etcd }],
  );
}

/** The clusters that have a CA of their own, lost ones included. */
function withOwnCa({ clusters }: GivenCas) {
  return Object.entries(clusters).flatMap(([name, { etcd }]) =>
    etcd?.ca === undefined ? [] : [{ name, etcd, ca: etcd.ca }],
  );
}

/** The hosts of endpoints that are at hand. */
function plainHosts({ etcd }: { readonly etcd: EtcdInputs }): readonly string[] {
  const known = plainEtcd(etcd);
  return known === undefined ? [] : dialledHosts(known);
}

/** A CA whose texts are at hand. One that is an output is judged once it is known. */
export function plainCa({ certificate, privateKey, trusted = [] }: AdoptedCaArgs): readonly AdoptedCA[] {
  const texts = trusted.filter((each) => typeof each === "string");
  return typeof certificate === "string" && typeof privateKey === "string" && texts.length === trusted.length
    ? [{ certificate, privateKey, trusted: texts }]
    : [];
}

const ofOne = (cluster: string, reason: string, fix: string): Diagnostic =>
  error({ cluster, property: "etcd.ca", reason, fix });

function unusedProblems(given: GivenCas): readonly Diagnostic[] {
  const fix = 'set clustermesh:authority to "adopted" to use it, or remove it';
  const reason = "is given, but the authority is generated";
  return [
    ...(given.ca === undefined ? [] : [error({ ...ALL, reason, fix })]),
    ...withOwnCa(given).map(({ name }) => ofOne(name, reason, fix)),
  ];
}

function perClusterProblems(given: GivenCas, now: Date): readonly Diagnostic[] {
  const own = withOwnCa(given);
  if (own.length === 0 && Object.values(given.clusters).some(({ etcd }) => etcd !== undefined)) {
    const fix = "give certificate and privateKey of the CA that the etcds trust, or etcd.ca of each cluster";
    return [error({ ...ALL, reason: "is missing", fix })];
  }
  const missing = present(given).filter(({ etcd }) => etcd.ca === undefined);
  return [
    ...missing.map(({ name }) =>
      ofOne(name, "is missing", "give every cluster its etcd's CA, or clustermesh:ca for all"),
    ),
    ...own.flatMap(({ name, ca }) => {
      const hosts = present(given).flatMap((each) => (each.name === name ? plainHosts(each) : []));
      return plainCa(ca).flatMap((each) => validateAdoptedCa({ cluster: name, property: "etcd.ca" }, each, now, hosts));
    }),
  ];
}

/** What keeps a mesh from signing. An adopted CA is the mesh's one, or each cluster's own; half of each is a slip. */
export function validateCas(given: GivenCas, now: Date): readonly Diagnostic[] {
  if (given.published !== undefined) {
    const clusters = present(given).map(({ name }) => ({ name, publishes: "kvstore" as const }));
    return missingMaterial({ kind: "published", ...given.published }, clusters);
  }
  if (given.authority === "generated") return unusedProblems(given);
  if (given.ca === undefined) return perClusterProblems(given, now);
  const fix = "give one CA for all, or one for each cluster";
  const both = withOwnCa(given).map(({ name }) => ofOne(name, "is given beside clustermesh:ca", fix));
  const hosts = present(given).flatMap(plainHosts);
  return [...both, ...plainCa(given.ca).flatMap((ca) => validateAdoptedCa(ALL, ca, now, hosts))];
}

/** A key is a secret from here on. */
const adopt = (ca: AdoptedCaArgs): AdoptedCaArgs => ({ ...ca, privateKey: pulumi.secret(ca.privateKey) });

/** Who signs. */
export function caSourceOf(given: GivenCas): CaSource {
  if (given.published !== undefined) return { kind: "published", ...given.published };
  if (given.authority === "generated") return { kind: "generated" };
  return given.ca === undefined
    ? {
        kind: "adoptedPerCluster",
        authorities: Object.fromEntries(withOwnCa(given).map(({ name, ca }) => [name, adopt(ca)])),
      }
    : { kind: "adopted", authority: adopt(given.ca) };
}
