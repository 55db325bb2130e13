import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { error, errors, info, warning, warnings, type Diagnostic } from "../mesh/model/diagnostic";
import { howToAllow } from "../settings/model/allow";
import { judgePolicies } from "./model/clusterPolicies";
import { changesNothing, type MeshChange } from "./model/meshChange";
import { unseenFix } from "./model/unseenFix";
import { howRead } from "./howRead";
import { findPolicies, type FoundPolicies } from "./policyObjects";

/** A cluster whose name or peers are about to change. */
export interface ChangingCluster {
  readonly name: string;
  readonly cilium: CiliumObjects;
  readonly change: MeshChange;
  /** The owner annotation of the stack's own objects. */
  readonly owner: string;
  /** How name and id change where there are policies: in three roll-outs, so that none is refused, in one, or however others roll the agents. @default byOthers */
  readonly rollOuts?: "three" | "one" | "byOthers";
}

/** What policies make of a change of name and id, or kinds of which nobody knows whether there are any. */
export function ofRollOuts(
  cluster: string,
  { policies, unseen }: FoundPolicies,
  rollOuts: "three" | "one",
): Diagnostic {
  const some = policies.length > 0;
  const of = { cluster, property: "policies", ...(some ? { value: policies.length } : {}) };
  const are = some ? "are there" : `may be there (${unseen.map(({ kind }) => kind).join(", ")})`;
  switch (rollOuts) {
    case "three":
      return info({
        ...of,
        reason: `${are}, so name and id change in three roll-outs of the agents, in which no policy refuses a pod for the change`,
        fix: `docs/guides/join.md says what each of them is for; for one roll-out, and connections that are refused for seconds, ${howToAllow("policyInterruptions")}`,
      });
    case "one":
      return warning({
        ...of,
        reason: `${are}, and name and id change in one roll-out of the agents: for seconds they may refuse connections that they allow`,
        fix: "take policyInterruptions out of clustermesh:allow for three roll-outs, in which none is refused",
      });
  }
}

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
  const [reading, found] = await Promise.all([howRead(api, cilium, owner), findPolicies(api)]);
  const { policies, unseen } = found;
  const judged = judgePolicies(name, policies, { ...change, ...reading }, owner);
  const { rollOuts = "byOthers" } = cluster;
  const isRenamed = change.from !== change.to && policies.length + unseen.length > 0 && reading.localByDefault;
  return [
    ...errors(judged),
    ...unseen.map((each) => unseenKind(name, each)),
    ...warnings(judged),
    ...(isRenamed && rollOuts !== "byOthers" ? [ofRollOuts(name, found, rollOuts)] : []),
  ];
}
