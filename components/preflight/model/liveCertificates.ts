import {
  ETCD_SERVER_SECRET,
  readCertificates,
  SHARED_AUTHORITY,
  type Validity,
} from "../../certificates/model/certificates";
import { judgeEnding, type Ending, type Renewal } from "../../certificates/model/expiry";
import { authorityLifetime, leafLifetime } from "../../certificates/model/lifetimes";
import type { Diagnostic } from "../../mesh/model/diagnostic";
import { KVSTOREMESH_SECRET, pemFiles } from "../../peers/model/peerFile";
import type { MeshSettings } from "../../settings/model/settings";
import type { LiveCluster, ExistingObject } from "./liveCluster";

/** What of the live Secrets is this mesh's, and how it is renewed. */
export interface CertificateExpectation {
  readonly peerSecret: string;
  /** The names of the authorities whose files are in the peers' Secret. */
  readonly authorities: readonly string[];
  /** Whether the authority and the etcds' certificates are issued here; an adopted CA is judged by the configuration. */
  readonly generated: boolean;
  readonly certificates: MeshSettings["certificates"];
  /** Of authorities whose certificates live for a shorter time, by name. @default none */
  readonly leaves?: Readonly<Record<string, Validity>>;
  /** How a generated CA is renewed, where not by this run. */
  readonly authorityRenewal?: Renewal;
}

/** The Secret of that name in a cluster, if it is there. */
export function liveSecret(live: LiveCluster | undefined, name: string): ExistingObject | undefined {
  return live?.kind === "reachable"
    ? live.existingObjects.find((object) => object.kind === "Secret" && object.name === name)
    : undefined;
}

/** The Secret with a cluster's own certificates for its peers: that of its caches, where it reads through them. */
export function peersSecret(live: LiveCluster | undefined, peerSecret: string): ExistingObject | undefined {
  const ofCaches = liveSecret(live, KVSTOREMESH_SECRET);
  return ofCaches?.issueRecord === undefined ? liveSecret(live, peerSecret) : ofCaches;
}

function endingsOf(
  cluster: string,
  live: LiveCluster | undefined,
  expected: CertificateExpectation,
): readonly Ending[] {
  const peers = peersSecret(live, expected.peerSecret)?.certificates ?? {};
  const server = liveSecret(live, ETCD_SERVER_SECRET)?.certificates ?? {};
  const renewedLeaf: Renewal = { by: "up", validity: leafLifetime(expected.certificates) };
  const read = (pem: string | undefined) => readCertificates(pem ?? "");
  const clients = expected.authorities.flatMap((name) => {
    const what = `client certificate${name === SHARED_AUTHORITY ? "" : ` for the etcd of ${JSON.stringify(name)}`}`;
    const validity = expected.leaves?.[name];
    const renewal: Renewal = validity === undefined ? renewedLeaf : { ...renewedLeaf, validity };
    // Behind it may be the CAs between it and the root, which nobody renews here.
    const own = read(peers[pemFiles(name).certificate]).slice(0, 1);
    return own.map(({ ends }) => ({ cluster, what, ends, renewal }));
  });
  if (!expected.generated) return clients;
  const then =
    "the key stays and so both certificates work, but restart every etcd before that day: it reads its --trusted-ca-file only at start";
  const ownRenewal: Renewal = { by: "up", validity: authorityLifetime(expected.certificates), then };
  const renewedCA = expected.authorityRenewal ?? ownRenewal;
  return [
    ...clients,
    ...read(server["tls.crt"]).map(({ ends }) => {
      return { cluster, what: "etcd server certificate", ends, renewal: renewedLeaf };
    }),
    // The same in every cluster, and so reported without one.
    ...read(peers[pemFiles(SHARED_AUTHORITY).trustedCA]).map(({ subject, ends }) => {
      return { what: `CA certificate ${JSON.stringify(subject)}`, ends, renewal: renewedCA };
    }),
  ];
}

/** What is to be said of the ends of the certificates that the clusters have now, each line once. */
export function liveEndings(
  clusters: readonly string[],
  live: ReadonlyMap<string, LiveCluster>,
  expected: CertificateExpectation,
  now: Date,
): readonly Diagnostic[] {
  const said = clusters
    .flatMap((cluster) => endingsOf(cluster, live.get(cluster), expected))
    .flatMap((ending) => judgeEnding(ending, now) ?? []);
  return [...new Map(said.map((each) => [JSON.stringify(each), each])).values()];
}
