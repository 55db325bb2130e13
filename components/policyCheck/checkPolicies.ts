import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { error, errors, info, warnings, type Diagnostic } from "../mesh/model/diagnostic";
import { judgePolicies } from "./model/clusterPolicies";
import { changesNothing, type MeshChange } from "./model/meshChange";
import { unseenFix } from "./model/unseenFix";
import { howRead } from "./howRead";
import { findPolicies } from "./policyObjects";

/** A cluster whose name or peers are about to change. */
export interface ChangingCluster {
  readonly name: string;
  readonly cilium: CiliumObjects;
  readonly change: MeshChange;
  /** The owner annotation of the stack's own objects. */
  readonly owner: string;
  /** Whether name and id change as policies need it, which is told then. @default no */
  readonly isCareful?: boolean;
}

/** What policies make of a change of name and id. */
const inThreeRollOuts = (cluster: string, policies: number): Diagnostic =>
  info({
    cluster,
    property: "policies",
    value: policies,
    reason:
      "are there, so name and id change in three roll-outs of the agents, in which no policy refuses a pod for the change",
    fix: "docs/guides/join.md says what each of them is for",
  });

/** Kinds that could not be looked at: who does not see must not say that all is well. */
function unseenKind(cluster: string, { kind, reason }: { readonly kind: string; readonly reason: string }): Diagnostic {
  return error({
    cluster,
    property: kind,
    reason: `cannot be listed (${reason})`,
    fix: unseenFix(reason, "let the kubeconfig's user list it in all namespaces"),
  });
}

/**
 * What becomes of a cluster's policies: errors are those that would fail open, and the kinds that nobody has looked at; warnings are those that
 * would fail closed. Asks nothing where nothing changes.
 */
export async function checkPolicies(api: ClusterApi, cluster: ChangingCluster): Promise<readonly Diagnostic[]> {
  const { name, cilium, change, owner } = cluster;
  if (changesNothing(change)) return [];
  const [reading, { policies, unseen }] = await Promise.all([howRead(api, cilium, owner), findPolicies(api)]);
  const judged = judgePolicies(name, policies, { ...change, ...reading }, owner);
  const isRenamed = change.from !== change.to && cluster.isCareful === true && reading.localByDefault;
  return [
    ...errors(judged),
    ...unseen.map((each) => unseenKind(name, each)),
    ...warnings(judged),
    ...(isRenamed && policies.length > 0 ? [inThreeRollOuts(name, policies.length)] : []),
  ];
}
