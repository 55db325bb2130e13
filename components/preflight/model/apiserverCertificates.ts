import { runs } from "../../apiserver/model/liveApiserver";
import { adminCommonName, APISERVER, APISERVER_SECRETS, localCommonName } from "../../apiserver/model/objects";
import { compact } from "../../basics/model/lists";
import { certificatesIn, verifiedBy } from "../../certificates/model/x509/bundle";
import type { Certificate } from "../../certificates/model/x509/certificate";
import { error, warning, type Diagnostic } from "../../mesh/model/diagnostic";
import { authority, authorityOf, type Authority } from "./apiserverAuthority";
import { giveValues, identityValues, restartApiserver } from "./helmCommand";
import type { InspectedApiserver } from "./inspectedApiserver";
import type { PreflightPolicy } from "./policy";

type Policy = Pick<PreflightPolicy, "cilium" | "recorded">;

/** What to do about certificates that do not go together. */
function madeAgain({ live }: InspectedApiserver, { cilium }: Policy, { kind, where }: Authority): string {
  switch (kind) {
    case "signed":
      return `${giveValues(live, cilium, [])}, which has all of them signed by Secret ${APISERVER_SECRETS.ca}, and then ${restartApiserver(live, cilium)}`;
    case "given":
      return `give as ${where} the CA that has signed it`;
    case "issued":
      return `have both made by one CA, and then ${restartApiserver(live, cilium)}; or give that CA with its key as apiserver.ca`;
  }
}

/** A server certificate that a peer would not take with the CA that it is given, and an etcd that would not take what peers show. */
function server(each: InspectedApiserver, policy: Policy): readonly Diagnostic[] {
  const { cluster, live } = each;
  const found = live.apiserver?.server;
  const at = { cluster: cluster.name, property: `Secret ${policy.cilium.namespace}/${APISERVER_SECRETS.server}` };
  const authority = authorityOf(each);
  const fix = madeAgain(each, policy, authority);
  if (found === undefined) {
    return [
      error({
        ...at,
        reason: "has no certificate that can be read",
        fix: giveValues(live, policy.cilium, []),
      }),
    ];
  }
  const { where, trusted, shown } = authority;
  const certificates = certificatesIn(found.certificate);
  const [leaf] = certificates;
  if (trusted.length === 0 || leaf === undefined) return [];
  const clients = certificatesIn(found.trusted ?? "");
  const isSigned = verifiedBy(certificates, trusted) !== undefined;
  const isTrusted = clients.length === 0 || verifiedBy(shown, clients) !== undefined;
  return compact([
    !isSigned &&
      error({ ...at, value: leaf.subject, reason: `is not signed by ${where}, by which peers verify it`, fix }),
    !isTrusted &&
      error({
        ...at,
        value: clients.map(({ subject }) => subject),
        reason: `has another in ca.crt than ${where}: its etcd refuses the certificates that peers are given`,
        fix,
      }),
    isSigned && isTrusted && olderPods(each, policy, clients),
  ]);
}

/** Pods from before the CA of the peers' certificates was made: their etcd has read another one. */
function olderPods(
  { cluster, live }: InspectedApiserver,
  { cilium }: Policy,
  trusted: readonly Certificate[],
): Diagnostic | false {
  const since = live.apiserver?.unchangedSince;
  const newest = Math.max(...trusted.map(({ begins }) => begins.getTime()));
  if (since === undefined || trusted.length === 0 || since.getTime() >= newest) return false;
  return warning({
    cluster: cluster.name,
    property: `Deployment ${cilium.namespace}/${APISERVER}`,
    reason:
      `has pods from ${since.toISOString()} or before, and the CA in Secret ${APISERVER_SECRETS.server} is from ` +
      `${new Date(newest).toISOString()}: its etcd reads that only when it starts, and may refuse the peers`,
    fix: `run ${restartApiserver(live, cilium)}`,
  });
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
  const values = isSet ? [] : identityValues(cluster);
  // One for another name is replaced by this program, where it sets the name.
  if (seen !== undefined && isSet) return [];
  const fix = `${giveValues(live, cilium, values)}, and then ${restartApiserver(live, cilium)}`;
  return [
    seen === undefined
      ? error({ ...at, reason: `has no certificate that can be read: ${refused}`, fix })
      : error({ ...at, value: seen, reason: `has not the CN ${wanted}: ${refused}`, fix }),
  ];
}

/**
 * The certificates around the etcd of a clustermesh-apiserver.
 *
 * @param isRenamed Whether its name is told to be another one: the certificates for the old one are made again with it.
 */
export function apiserverCertificates(
  each: InspectedApiserver,
  policy: Policy,
  isRenamed: boolean,
  now: Date,
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
    ...authority(each, policy, now),
    ...server(each, policy),
    ...(isRenamed ? [] : users.flatMap((user) => commonName(each, policy, user))),
  ];
}
