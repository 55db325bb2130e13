import { seeClaim } from "../../apiserver/model/usersClaim";
import { usersFinding } from "../../apiserver/model/usersFinding";
import { USERS_ANNOTATION } from "../../apiserver/model/usersObject";
import { planGrant } from "../../apiserver/model/usersPlan";
import { own } from "../../basics/model/own";
import { clientCommonName } from "../../certificates/model/certificates";
import { usersOfIssued } from "../../certificates/model/issuedClient";
import { certificatesIn } from "../../certificates/model/x509/bundle";
import { commonNameOf } from "../../certificates/model/x509/subject";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { withoutLost, type Cluster } from "../../mesh/model/mesh";
import { PUBLICATIONS } from "../../mesh/model/publication";
import { kubectlOf } from "./helmCommand";
import { setBefore } from "./marks";
import type { InspectedCluster, PreflightPolicy } from "./policy";

/** Whether the users of a cluster's peers are in its ConfigMap. */
export const hasUsers = ({ publishes }: Pick<Cluster, "publishes">): boolean =>
  PUBLICATIONS[publishes].users === "configMap";

/** The users of a cluster's peers: one for each of them, or that of the certificate which all of them show. */
export function usersOf({ cluster, live }: InspectedCluster, clusters: readonly Cluster[]): readonly string[] {
  const peers = withoutLost(clusters).filter(({ name }) => name !== cluster.name);
  if (cluster.clientCertificates === "signed") return peers.map(({ name }) => clientCommonName(name));
  const [shown] = certificatesIn(live.apiserver?.remote?.certificate ?? "");
  const commonName = shown && commonNameOf(shown.x509);
  return commonName === undefined ? [] : usersOfIssued(commonName);
}

/** What would keep the step that gives peers their users from writing them: it is refused beforehand, in the step's own words. */
export function usersProblems(
  found: InspectedCluster,
  clusters: readonly Cluster[],
  policy: PreflightPolicy,
): readonly Diagnostic[] {
  const { cluster, live } = found;
  const configMap = live.apiserver?.users.configMap;
  if (!hasUsers(cluster) || configMap === undefined) return [];
  const { kind } = seeClaim(own(configMap.annotations, USERS_ANNOTATION), policy.owner);
  // The state tells whose its entries are: the annotation is written again.
  if (kind === "damaged" && setBefore(found, policy) !== undefined) return [];
  try {
    planGrant(configMap, usersOf(found, clusters), policy.owner, undefined);
    return [];
  } catch (failure) {
    const finding = usersFinding(cluster.name, kubectlOf(live), policy.cilium, failure);
    if (finding === undefined) throw failure;
    return [error(finding)];
  }
}
