import { errorMessage } from "../../components/basics/errorMessage";
import { mapLimited } from "../../components/basics/mapLimited";
import type { ApiAccess } from "../../components/kubernetes/clusterApi";
import { withCluster } from "../../components/kubernetes/kubectlApi";
import { clustersOf, withoutLost, type Cluster } from "../../components/mesh/model/mesh";
import { error, errors, warnings, type Diagnostic } from "../../components/mesh/model/diagnostic";
import { peersIn } from "../../components/peers/model/peerFile";
import { accepted } from "../../components/policyCheck/model/accepted";
import { changesNothing, type MeshChange } from "../../components/policyCheck/model/meshChange";
import { unseenFix } from "../../components/policyCheck/model/unseenFix";
import { checkPolicies } from "../../components/policyCheck/checkPolicies";
import type { LiveCluster } from "../../components/preflight/model/liveCluster";
import { policyChange } from "../../components/preflight/model/policyChange";
import { howToAllow } from "../../components/settings/model/allow";
import type { Configuration } from "../configuration/schema";

const CLUSTERS_AT_ONCE = 8;

async function judge(
  cluster: Cluster,
  access: ApiAccess,
  change: MeshChange,
  cilium: Configuration["cilium"],
  owner: string,
): Promise<readonly Diagnostic[]> {
  const changing = { name: cluster.name, cilium, change, owner };
  try {
    return await withCluster(access, (api) => checkPolicies(api, changing));
  } catch (failure) {
    const said = errorMessage(failure);
    const fix = unseenFix(said, "let the kubeconfig's user read them in all namespaces");
    return [error({ cluster: cluster.name, property: "policies", reason: `cannot be judged: ${said}`, fix })];
  }
}

/** What would fail open is accepted, or the run refused with the way to accept it. */
export function orAccept(all: readonly Diagnostic[], { allow }: Pick<Configuration, "allow">): readonly Diagnostic[] {
  const refused = (each: Diagnostic) => error({ ...each, fix: `${each.fix}, or ${howToAllow("openPolicies")}` });
  return [...errors(all).map(allow.includes("openPolicies") ? accepted : refused), ...warnings(all)];
}

/**
 * Judges the policies of every cluster whose name or peers this run changes, in previews too: of those that join, and of those that stay while
 * others come and go. Those that are as they will be are asked nothing.
 */
export async function judgePolicyChanges(
  clusters: readonly { readonly name: string; readonly access: ApiAccess }[],
  configuration: Configuration,
  owner: string,
  live: ReadonlyMap<string, LiveCluster>,
): Promise<readonly Diagnostic[]> {
  const { cilium, peerSecret } = configuration;
  const members = withoutLost(clustersOf(configuration.clusters));
  const context = { members, cilium, peerSecret };
  const judged = await mapLimited(clusters, CLUSTERS_AT_ONCE, async ({ name, access }) => {
    const member = members.find((each) => each.name === name);
    const cluster = live.get(name);
    if (member === undefined || cluster?.kind !== "reachable" || cluster.config === undefined) {
      return [];
    }
    const change = policyChange(member, cluster, context);
    return changesNothing(change) ? [] : judge(member, access, change, cilium, owner);
  });
  return orAccept(judged.flat(), configuration);
}

/** The clusters that a Secret with peer files knows, in whichever cluster it is. */
export function peersSeen(live: ReadonlyMap<string, LiveCluster>, peerSecret: string): readonly string[] {
  const seen = [...live.values()].flatMap((cluster) => (cluster.kind === "reachable" ? cluster.existingObjects : []));
  const files = seen.flatMap(({ kind, name, files: of }) => (kind === "Secret" && name === peerSecret ? of : []));
  return [...new Set(peersIn(files))];
}
