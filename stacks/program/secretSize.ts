import { caNames, caScope } from "../../components";
import { caFiles, publishedChain } from "../../components/certificates/model/adoptedCa";
import { caNameOf, caBundle, type KeyAlgorithm } from "../../components/certificates/model/certificates";
import { formatRecord } from "../../components/certificates/model/keyRevisions";
import { certificateOf } from "../../components/certificates/model/x509/certificate";
import type { PublicKey } from "../../components/certificates/model/x509/publicKey";
import type { Diagnostic } from "../../components/mesh/model/diagnostic";
import { clustersOf, withoutLost } from "../../components/mesh/model/mesh";
import {
  judgeRecordSize,
  judgeSecretSize,
  peerSecretSize,
  pemBytes,
  type SignerSize,
} from "../../components/peers/model/secretSize";
import type { Configuration } from "../configuration/schema";
import type { Environment } from "./environment";
import { adoptedOf, wantedTrust } from "./rotation";

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
    bundle: bundle.length,
    certificate: Math.max(...largest),
    intermediates: intermediates.length,
    name: names.subject.length,
    key,
  };
}

function generatedSize({ certificates, keyRevisions }: Configuration): SignerSize {
  const { keyAlgorithm } = certificates;
  const certificate = pemBytes(GENERATED_DER[keyAlgorithm], "CERTIFICATE".length);
  return {
    bundle: certificate * keyRevisions.authority.length,
    certificate,
    intermediates: 0,
    name: GENERATED_NAME,
    key: GENERATED_KEYS[keyAlgorithm],
  };
}

/** The authorities as far as they can be read; what cannot is a problem already. */
function signers(configuration: Configuration, environment: Environment): ReadonlyMap<string, SignerSize> {
  const { authority: caSource } = environment;
  const read: readonly (readonly [string, () => SignerSize])[] =
    caSource.kind === "published"
      ? Object.entries(caSource.signing).map(([name, { certificate, bundle }]) => [
          name,
          () => sizeOf(certificate, bundle, publishedChain(certificate, bundle).intermediates),
        ])
      : caSource.kind === "generated"
        ? caNames(caSource, []).map((name) => [name, () => generatedSize(configuration)])
        : adoptedOf(configuration).map(({ authority: name, ca }) => [
            name,
            () => {
              const { certificate, all, intermediates } = caFiles(ca);
              return sizeOf(certificate, caBundle(all), intermediates);
            },
          ]);
  const known = read.flatMap(([name, size]) => {
    try {
      return [[name, size()] as const];
    } catch {
      return [];
    }
  });
  return new Map(known);
}

/** Whether every cluster's Secret of peers can be stored, by its numbers and before anything is written. */
export function secretSize(configuration: Configuration, environment: Environment): readonly Diagnostic[] {
  const { certificates, keyRevisions, peerSecret } = configuration;
  const clusters = withoutLost(clustersOf(configuration.clusters));
  const scope = caScope(environment.authority);
  const size = peerSecretSize(
    clusters,
    signers(configuration, environment),
    (cluster) => caNameOf(cluster, scope),
    certificates.keyAlgorithm,
  );
  const { client, server } = keyRevisions;
  const record = formatRecord({ client, server, authorities: wantedTrust(configuration, environment) });
  return [...judgeSecretSize(peerSecret, clusters.length, size), ...judgeRecordSize(peerSecret, record)];
}
