import { caFiles, publishedChain } from "../certificates/model/adoptedCa";
import {
  caNamer,
  caBundle,
  SHARED_AUTHORITY,
  type CaScope,
  type KeyAlgorithm,
} from "../certificates/model/certificates";
import { formatRecord } from "../certificates/model/keyRevisions";
import { certificateOf } from "../certificates/model/x509/certificate";
import type { PublicKey } from "../certificates/model/x509/publicKey";
import type { Diagnostic } from "../mesh/model/diagnostic";
import { withoutLost, type Cluster } from "../mesh/model/mesh";
import { PUBLICATIONS } from "../mesh/model/publication";
import {
  issuedSize,
  judgeRecordSize,
  judgeSecretSize,
  peerSecretSize,
  pemBytes,
  type AuthoritySize,
  type SignerSize,
} from "../peers/model/secretSize";
import type { KnownMesh } from "./knownMesh";
import type { LiveCluster } from "./model/liveCluster";
import { inspected } from "./model/policy";
import { adoptedOf, readable, wantedTrust } from "./rotation";

const GENERATED_KEYS: Readonly<Record<KeyAlgorithm, PublicKey>> = {
  P256: { kind: "EC", curve: "P-256" },
  RSA2048: { kind: "RSA", bits: 2048 },
  RSA4096: { kind: "RSA", bits: 4096 },
};
/** A generated CA: its key and signature, its name twice, and the rest. */
const GENERATED_NAME = 128;
const GENERATED_DER: Readonly<Record<KeyAlgorithm, number>> = { P256: 640, RSA2048: 1280, RSA4096: 1800 };

function sizeOf(certificate: string, bundle: string, intermediates: string): SignerSize {
  const { names, key } = certificateOf(certificate);
  const largest = bundle
    .split("-----END CERTIFICATE-----")
    .map((each) => each.length + "-----END CERTIFICATE-----".length);
  return {
    kind: "signs",
    bundle: bundle.length,
    certificate: Math.max(...largest),
    intermediates: intermediates.length,
    name: names.subject.length,
    key,
  };
}

function generatedSize({ certificates, keyRevisions }: KnownMesh): SignerSize {
  const { keyAlgorithm } = certificates;
  const certificate = pemBytes(GENERATED_DER[keyAlgorithm], "CERTIFICATE".length);
  return {
    kind: "signs",
    bundle: certificate * keyRevisions.authority.length,
    certificate,
    intermediates: 0,
    name: GENERATED_NAME,
    key: GENERATED_KEYS[keyAlgorithm],
  };
}

/** The authorities as far as they can be read; what cannot is a problem already. */
function signers(mesh: KnownMesh): ReadonlyMap<string, SignerSize> {
  const read: readonly (readonly [string, () => SignerSize])[] =
    mesh.published !== undefined
      ? Object.entries(mesh.published.signing).map(([name, { certificate, bundle }]) => [
          name,
          () => sizeOf(certificate, bundle, publishedChain(certificate, bundle).intermediates),
        ])
      : mesh.authority === "generated"
        ? [[SHARED_AUTHORITY, () => generatedSize(mesh)]]
        : [];
  const adopted = adoptedOf(mesh).map(({ authority: name, ca }): readonly [string, () => SignerSize] => [
    name,
    () => {
      const { certificate, all, intermediates } = caFiles(ca);
      return sizeOf(certificate, caBundle(all), intermediates);
    },
  ]);
  return new Map(Object.entries(readable([...read, ...adopted])));
}

/** The CA of a cluster whose certificates are not the mesh's to sign, at most: RSA-4096, where the chart makes RSA-2048. */
const CLUSTER_CA: SignerSize = {
  kind: "signs",
  bundle: pemBytes(GENERATED_DER.RSA4096, "CERTIFICATE".length),
  certificate: pemBytes(GENERATED_DER.RSA4096, "CERTIFICATE".length),
  intermediates: 0,
  name: GENERATED_NAME,
  key: GENERATED_KEYS.RSA4096,
};

/** What was issued in clusters for all their peers, by what is seen of it; what nobody has seen is at most a CA's. */
export function issuedSizes(
  clusters: readonly Cluster[],
  live: ReadonlyMap<string, LiveCluster>,
): ReadonlyMap<string, AuthoritySize> {
  const found = inspected(clusters, live).flatMap(({ cluster, live: { apiserver } }) =>
    cluster.clientCertificates === "issued" && apiserver?.remote !== undefined
      ? [[cluster.name, issuedSize(apiserver.remote)] as const]
      : [],
  );
  return new Map(found);
}

/**
 * Whether every cluster's Secret of peers can be stored, by its numbers and before anything is written.
 *
 * @param issued Sizes of what was issued, by cluster.
 */
export function secretSize(
  mesh: KnownMesh,
  all: readonly Cluster[],
  scope: CaScope,
  issued: ReadonlyMap<string, AuthoritySize> = new Map(),
): readonly Diagnostic[] {
  const { certificates, keyRevisions, peerSecret } = mesh;
  const clusters = withoutLost(all);
  const nameOf = caNamer(clusters, scope);
  const used = new Set(clusters.map(nameOf));
  const known = [...signers(mesh)].filter(([name]) => used.has(name));
  const ofClusters = clusters.flatMap((cluster) =>
    PUBLICATIONS[cluster.publishes].ca === "ofMesh" ? [] : [[nameOf(cluster), CLUSTER_CA] as const],
  );
  // What is known comes after, and counts.
  const sizes = new Map<string, AuthoritySize>([...ofClusters, ...issued, ...known]);
  const size = peerSecretSize(clusters, sizes, nameOf, certificates.keyAlgorithm);
  const { client, server } = keyRevisions;
  const record = formatRecord({ client, server, authorities: wantedTrust(mesh) });
  return [...judgeSecretSize(peerSecret, clusters.length, size), ...judgeRecordSize(peerSecret, record)];
}
