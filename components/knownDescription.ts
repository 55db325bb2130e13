import { known } from "./basics/known";
import { present } from "./basics/model/own";
import type { AdoptedCaArgs } from "./certificates/ca";
import { knownEtcd } from "./mesh/etcd";
import { warning, type Diagnostic } from "./mesh/model/diagnostic";
import type { DescribedCluster, MeshDescription } from "./meshDescription";
import type { KnownCluster, KnownMesh } from "./preflight/knownMesh";
import type { WrittenApiserver } from "./preflight/model/policy";
import type { AdoptedCA } from "./settings/model/ca";

/** What can be known of a description, and what is not: that was not looked at. */
export interface Known<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** That the etcd of a cluster is an output which is known only once something is made. */
export function etcdNotKnown(cluster: string): Diagnostic {
  return notKnown("etcd", "its endpoints are not judged here", cluster);
}

function notKnown(property: string, what: string, cluster?: string): Diagnostic {
  const at = cluster === undefined ? { property } : { cluster, property };
  return warning({ ...at, reason: `is not known yet, so ${what}`, fix: "up knows it and looks" });
}

const NOT_JUDGED = "what it signs is not judged here";

async function knownCa({ certificate, privateKey, trusted = [] }: AdoptedCaArgs): Promise<AdoptedCA | undefined> {
  const [signer, key, ...others] = await Promise.all([certificate, privateKey, ...trusted].map(known));
  const texts = others.flatMap((each) => each ?? []);
  return signer === undefined || key === undefined || texts.length < trusted.length
    ? undefined
    : { certificate: signer, privateKey: key, ...(trusted.length === 0 ? {} : { trusted: texts }) };
}

/** A CA that is given and is not known yet: that it is given decides who signs, and nothing of it is judged. */
const NOT_KNOWN: AdoptedCA = { certificate: "", privateKey: "" };

/** The way into a clustermesh-apiserver with what is known of its CA. */
function withCa(
  { endpoints, hostAliases }: NonNullable<DescribedCluster["apiserver"]>,
  ca: AdoptedCA | undefined,
): WrittenApiserver {
  return present({ endpoints, hostAliases, ca });
}

async function knownCluster(name: string, described: DescribedCluster): Promise<Known<KnownCluster>> {
  const { kubeconfig: given, etcd: givenEtcd, apiserver: givenApiserver, ...cluster } = described;
  const adopted = givenEtcd?.ca;
  const ofApiserver = givenApiserver?.ca;
  const etcd = givenEtcd === undefined ? undefined : await knownEtcd(name, givenEtcd);
  const kubeconfig = given === undefined ? undefined : await known(given);
  const ca = adopted === undefined ? undefined : await knownCa(adopted);
  const apiserverCa = ofApiserver === undefined ? undefined : ((await knownCa(ofApiserver)) ?? NOT_KNOWN);
  return {
    value: {
      ...cluster,
      ...(givenApiserver === undefined ? {} : { apiserver: withCa(givenApiserver, apiserverCa) }),
      // None are known, so none are judged; written down there is one at least.
      ...(etcd === undefined
        ? {}
        : {
            etcd: { ...(etcd.kind === "known" ? etcd.etcd : { endpoints: [] }), ...(ca === undefined ? {} : { ca }) },
          }),
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
    },
    diagnostics: [
      ...(etcd?.kind === "notYet" ? [etcdNotKnown(name)] : []),
      ...(etcd?.kind === "wrong" ? etcd.problems : []),
      ...((kubeconfig === undefined) === (given === undefined)
        ? []
        : [notKnown("kubeconfig", "this cluster is not looked at", name)]),
      ...((ca === undefined) === (adopted === undefined) ? [] : [notKnown("etcd.ca", NOT_JUDGED, name)]),
      ...(apiserverCa === NOT_KNOWN ? [notKnown("apiserver.ca", NOT_JUDGED, name)] : []),
    ],
  };
}

/** A mesh with the texts that are known by now: of outputs those that are, as in an `up`. */
export async function knownMesh({ clusters, ca: given, ...mesh }: MeshDescription): Promise<Known<KnownMesh>> {
  const all = await Promise.all(
    Object.entries(clusters).map(async ([name, cluster]) => ({ name, ...(await knownCluster(name, cluster)) })),
  );
  const ca = given === undefined ? undefined : await knownCa(given);
  return {
    value: {
      ...mesh,
      ...(ca === undefined ? {} : { ca }),
      clusters: Object.fromEntries(all.map(({ name, value }) => [name, value])),
    },
    diagnostics: [
      ...all.flatMap(({ diagnostics }) => diagnostics),
      ...((ca === undefined) === (given === undefined) ? [] : [notKnown("clustermesh:ca", NOT_JUDGED)]),
    ],
  };
}
