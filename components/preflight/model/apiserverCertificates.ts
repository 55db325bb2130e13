import { runs } from "../../apiserver/model/liveApiserver";
import { adminCommonName, APISERVER_SECRETS, localCommonName } from "../../apiserver/model/objects";
import { attempt } from "../../basics/model/attempt";
import { compact } from "../../basics/model/lists";
import { certificateOf, readCertificate, type Certificate } from "../../certificates/model/x509/certificate";
import { chainFrom, signingFault } from "../../certificates/model/x509/chain";
import { readPem } from "../../certificates/model/x509/pem";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { helmUpgrade } from "./helmCommand";
import type { InspectedApiserver } from "./inspectedApiserver";
import type { PreflightPolicy } from "./policy";

type Policy = Pick<PreflightPolicy, "cilium">;

/** More than any chain has, and few enough to be verified at once. */
const MOST_CERTIFICATES = 20;

function certificatesIn(pem: string): readonly Certificate[] {
  return readPem(pem)
    .blocks.slice(0, MOST_CERTIFICATES)
    .flatMap(({ der }) => attempt(() => readCertificate(der)) ?? []);
}

/** Whether a certificate is one of a key's. */
const hasKeyOf = (a: Certificate, b: Certificate): boolean =>
  attempt(() => a.x509.publicKey.equals(b.x509.publicKey)) === true;

const NOT_YET = "not supported yet: this program signs the certificates of its peers with that key";

/** What keeps the authority of a cluster from signing its peers' certificates. */
function authority({ cluster, live }: InspectedApiserver, { cilium }: Policy): readonly Diagnostic[] {
  const ca = live.apiserver?.ca;
  const at = { cluster: cluster.name, property: `Secret ${cilium.namespace}/${APISERVER_SECRETS.ca}` };
  const fix = `have Helm make the certificates (clustermesh.apiserver.tls.auto.method helm) with a CA of its own, or one given as tls.ca.cert and tls.ca.key`;
  if (ca === undefined) return [error({ ...at, reason: `is not there (own certificates): ${NOT_YET}`, fix })];
  if (!ca.hasKey) {
    return [error({ ...at, reason: `has no ca.key (cert-manager, or own certificates): ${NOT_YET}`, fix })];
  }
  const certificate = attempt(() => certificateOf(ca.certificate ?? ""));
  if (certificate === undefined) return [error({ ...at, reason: "has no ca.crt that can be read", fix })];
  const fault = signingFault(certificate);
  return fault === undefined
    ? []
    : [error({ ...at, value: certificate.subject, reason: fault.reason, fix: fault.fix })];
}

/** A server certificate that a peer would not take with the CA that it is given, and an etcd that would not take what that CA signs. */
function server({ cluster, live }: InspectedApiserver, { cilium }: Policy): readonly Diagnostic[] {
  const shown = live.apiserver?.server;
  const at = { cluster: cluster.name, property: `Secret ${cilium.namespace}/${APISERVER_SECRETS.server}` };
  const again = `run ${helmUpgrade(live, cilium, [])}, which has all of them signed by Secret ${APISERVER_SECRETS.ca}`;
  if (shown === undefined) return [error({ ...at, reason: "has no certificate that can be read", fix: again })];
  const ca = attempt(() => certificateOf(live.apiserver?.ca?.certificate ?? ""));
  const [leaf, ...more] = certificatesIn(shown.certificate);
  if (ca === undefined || leaf === undefined) return [];
  const isSigned = chainFrom(leaf, [...more, ca]).certificates.some((each) => hasKeyOf(each, ca));
  const trusted = shown.trusted === undefined ? [] : certificatesIn(shown.trusted);
  const isTrusted = trusted.length === 0 || trusted.some((each) => hasKeyOf(each, ca));
  return compact([
    !isSigned &&
      error({
        ...at,
        value: leaf.subject,
        reason: `is not signed by the CA in Secret ${APISERVER_SECRETS.ca}, by which peers verify it`,
        fix: again,
      }),
    !isTrusted &&
      error({
        ...at,
        value: trusted.map(({ subject }) => subject),
        reason: `has another CA in ca.crt than Secret ${APISERVER_SECRETS.ca}: its etcd refuses the certificates that peers are given`,
        fix: `${again}, and restart the clustermesh-apiserver`,
      }),
  ]);
}

/** A certificate that is for a user of the etcd. */
interface UserCertificate {
  readonly secret: string;
  readonly seen: string | undefined;
  readonly wanted: string;
  /** What does not work without it. */
  readonly refused: string;
}

/** A certificate whose CN is of another cluster name: the etcd has no such user. */
function commonName(
  { cluster, live }: InspectedApiserver,
  { cilium }: Policy,
  { secret, seen, wanted, refused }: UserCertificate,
): readonly Diagnostic[] {
  if (seen === wanted) return [];
  const at = { cluster: cluster.name, property: `Secret ${cilium.namespace}/${secret}` };
  const isSet = cluster.identity === "set";
  const values = isSet ? [] : [`cluster.name=${cluster.name}`, `cluster.id=${cluster.id}`];
  // One for another name is replaced by this program, where it sets the name.
  if (seen !== undefined && isSet) return [];
  const fix = `run ${helmUpgrade(live, cilium, values)}, and restart the clustermesh-apiserver`;
  return [
    seen === undefined
      ? error({ ...at, reason: `has no certificate that can be read: ${refused}`, fix })
      : error({ ...at, value: seen, reason: `has not the CN ${wanted}: ${refused}`, fix }),
  ];
}

/**
 * The certificates around the etcd of a clustermesh-apiserver.
 *
 * @param isRenamed Whether its name is told to be another one: the certificates for the old one are made anew with it.
 */
export function apiserverCertificates(
  each: InspectedApiserver,
  policy: Policy,
  isRenamed: boolean,
): readonly Diagnostic[] {
  const { name } = each.cluster;
  const { apiserver } = each.live;
  const isCached = runs(apiserver, "kvstoremesh") && each.cluster.reads === "cached";
  const users: readonly UserCertificate[] = compact([
    {
      secret: APISERVER_SECRETS.admin,
      seen: apiserver?.adminCommonName,
      wanted: adminCommonName(name),
      refused: "its etcd does not let its own containers write (permission denied)",
    },
    isCached && {
      secret: APISERVER_SECRETS.local,
      seen: apiserver?.localCommonName,
      wanted: localCommonName(name),
      refused: "its etcd does not let the agents read the cache of their peers",
    },
  ]);
  return [
    ...authority(each, policy),
    ...server(each, policy),
    ...(isRenamed ? [] : users.flatMap((user) => commonName(each, policy, user))),
  ];
}
