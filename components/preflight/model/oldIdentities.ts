import { firstFew } from "../../basics/model/bounded";
import { CLUSTER_LABEL, IDENTITIES } from "../../cilium/model/ciliumIdentities";
import { clusterIdOf } from "../../cilium/model/podIdentity";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { kubectlOf } from "./helmCommand";
import type { InspectedApiserver } from "./inspectedApiserver";
import type { PreflightPolicy } from "./policy";
import { unseen } from "./unseen";

/**
 * Identities in CRDs from an earlier time under the same name with another id: a pod has them again as soon as its labels are the same, and peers refuse
 * an identity that is not of the cluster's id.
 */
export function oldIdentities(
  { cluster: { name, id }, live }: InspectedApiserver,
  { maxConnectedClusters }: Pick<PreflightPolicy, "maxConnectedClusters">,
): readonly Diagnostic[] {
  const { identities } = live;
  if (identities === undefined) return [];
  if (identities.kind === "unread") return [unseen(name, "CiliumIdentities of other cluster ids", identities.reason)];
  const others = identities.numbers.filter((number) => {
    const of = clusterIdOf(number, maxConnectedClusters);
    return of !== undefined && of !== 0 && of !== id;
  });
  if (others.length === 0) return [];
  const ids = [...new Set(others.map((number) => String(clusterIdOf(number, maxConnectedClusters))))].sort();
  return [
    error({
      cluster: name,
      property: `CiliumIdentities of id ${firstFew(ids).join(", ")}`,
      value: firstFew(others.map(String)),
      reason: `are left from an earlier mesh (${String(others.length)} with the name ${JSON.stringify(name)}): pods would get them again, and peers refuse them under id ${String(id)}`,
      fix:
        `delete those that no pod has (${kubectlOf(live)} get ${IDENTITIES} -l ${CLUSTER_LABEL}=${name}, and ${kubectlOf(live)} delete ${IDENTITIES} <number>), or wait half ` +
        "an hour after the last pod has lost one: the operator removes them; or take the id of before, or another name",
    }),
  ];
}
