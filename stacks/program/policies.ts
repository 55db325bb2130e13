import { errorMessage } from "../../components/basics/errorMessage";
import { mapLimited } from "../../components/basics/mapLimited";
import { Kubectl, type KubectlAccess } from "../../components/kubernetes/kubectl";
import { clustersOf, withoutLost, type Cluster } from "../../components/mesh/model/mesh";
import type { Problem } from "../../components/mesh/model/problem";
import { peersIn } from "../../components/peers/model/peerFile";
import type { JudgedPolicies } from "../../components/policyCheck/model/clusterPolicies";
import { changesNothing, type MeshChange } from "../../components/policyCheck/model/meshChange";
import { unseenFix } from "../../components/policyCheck/model/unseenFix";
import { checkPolicies } from "../../components/policyCheck/checkPolicies";
import type { LiveCluster } from "../../components/preflight/model/liveCluster";
import { policyChange } from "../../components/preflight/model/policyChange";
import type { Environment } from "./environment";

const CLUSTERS_AT_ONCE = 8;

/** What an `up` would do to the policies of its clusters. */
export interface PolicyFindings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const NONE: JudgedPolicies = { opening: [], told: [] };

async function judge(
  cluster: Cluster,
  access: KubectlAccess,
  change: MeshChange,
  { settings, owner }: Environment,
): Promise<JudgedPolicies> {
  const changing = { name: cluster.name, cilium: settings.cilium, change, owner };
  try {
    return await Kubectl.with(access, (kubectl) => checkPolicies(kubectl, changing));
  } catch (error) {
    const said = errorMessage(error);
    const fix = unseenFix(said, "let the kubeconfig's user read them in all namespaces");
    const reason = `cannot be judged: ${said}`;
    return { opening: [{ cluster: cluster.name, property: "policies", reason, fix }], told: [] };
  }
}

/** Sorts what was found into what stops a run and what is said. */
export function findings(judged: readonly JudgedPolicies[], { settings }: Environment): PolicyFindings {
  const opening = judged.flatMap((each) => each.opening);
  const told = judged.flatMap((each) => each.told);
  if (settings.openPolicies === "refuse") {
    const orAccept = (problem: Problem): Problem => ({
      ...problem,
      fix: `${problem.fix}, or set clustermesh:openPolicies to "accept"`,
    });
    return { problems: opening.map(orAccept), warnings: told };
  }
  const accepted = opening.map((problem) => ({ ...problem, reason: `${problem.reason} (accepted by openPolicies)` }));
  return { problems: [], warnings: [...accepted, ...told] };
}

/**
 * Judges the policies of every cluster whose name or peers this run changes, in previews too: of those that join, and of those that stay while
 * others come and go. Those that are as they will be are asked nothing.
 */
export async function judgePolicyChanges(
  clusters: readonly { readonly name: string; readonly access: KubectlAccess }[],
  environment: Environment,
  live: ReadonlyMap<string, LiveCluster>,
): Promise<PolicyFindings> {
  const { spec, settings } = environment;
  const members = withoutLost(clustersOf(spec.clusters));
  const context = { members, cilium: settings.cilium, peerSecret: settings.peerSecret };
  const judged = await mapLimited(clusters, CLUSTERS_AT_ONCE, async ({ name, access }) => {
    const member = members.find((each) => each.name === name);
    const cluster = live.get(name);
    if (member === undefined || cluster?.kind !== "reachable" || cluster.config === undefined) {
      return NONE;
    }
    const change = policyChange(member, cluster, context);
    return changesNothing(change) ? NONE : judge(member, access, change, environment);
  });
  return findings(judged, environment);
}

/** The clusters that a Secret with peer files knows, in whichever cluster it is. */
export function peersSeen(live: ReadonlyMap<string, LiveCluster>, peerSecret: string): readonly string[] {
  const seen = [...live.values()].flatMap((cluster) => (cluster.kind === "reachable" ? cluster.existingObjects : []));
  const files = seen.flatMap(({ kind, name, files: of }) => (kind === "Secret" && name === peerSecret ? of : []));
  return [...new Set(peersIn(files))];
}
