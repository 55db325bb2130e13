import { errorMessage } from "../basics/errorMessage";
import { mapLimited } from "../basics/mapLimited";
import type { ApiAccess } from "../kubernetes/clusterApi";
import { withCluster } from "../kubernetes/kubectlApi";
import { withoutLost, type Cluster } from "../mesh/model/mesh";
import { error, errors, infos, warnings, type Diagnostic } from "../mesh/model/diagnostic";
import { peersIn } from "../peers/model/peerFile";
import { accepted } from "../policyCheck/model/accepted";
import {
  changedPeers,
  changesNothing,
  rangesOfClusters,
  type MeshChange,
  type MeshRanges,
} from "../policyCheck/model/meshChange";
import { unseenFix } from "../policyCheck/model/unseenFix";
import { checkPolicies } from "../policyCheck/checkPolicies";
import { CLUSTERS_AT_ONCE } from "./inspectAll";
import type { LiveCluster } from "./model/liveCluster";
import { inspected } from "./model/policy";
import { policyChange } from "./model/policyChange";
import { howToAllow } from "../settings/model/allow";
import type { KnownMesh } from "./knownMesh";

async function judge(
  cluster: Cluster,
  access: ApiAccess,
  change: MeshChange,
  { cilium, wait, allow }: KnownMesh,
  owner: string,
): Promise<readonly Diagnostic[]> {
  const once = allow.includes("policyInterruptions") ? "one" : "three";
  const rollOuts = wait.rollout === false ? "byOthers" : once;
  const changing = { name: cluster.name, cilium, change, owner, rollOuts } as const;
  try {
    return await withCluster(access, (api) => checkPolicies(api, changing));
  } catch (failure) {
    const said = errorMessage(failure);
    const fix = unseenFix(said, "let the kubeconfig's user read them in all namespaces");
    return [error({ cluster: cluster.name, property: "policies", reason: `cannot be judged: ${said}`, fix })];
  }
}

/** What would fail open is accepted, or the run refused with the way to accept it. */
function orAccept(all: readonly Diagnostic[], { allow }: Pick<KnownMesh, "allow">): readonly Diagnostic[] {
  const refused = (each: Diagnostic) => error({ ...each, fix: `${each.fix}, or ${howToAllow("openPolicies")}` });
  return [...errors(all).map(allow.includes("openPolicies") ? accepted : refused), ...warnings(all), ...infos(all)];
}

/**
 * Judges the policies of every cluster whose name or peers this run changes, in previews too: of those that join, and of those that stay while
 * others come and go. Those that are as they will be are asked nothing.
 *
 * @param described All clusters of the mesh. @param rangesBefore The ranges that the last `up` had, for clusters that are described no more.
 */
export async function judgePolicyChanges(
  clusters: readonly { readonly name: string; readonly access: ApiAccess }[],
  mesh: KnownMesh,
  described: readonly Cluster[],
  owner: string,
  live: ReadonlyMap<string, LiveCluster>,
  rangesBefore: () => Promise<MeshRanges>,
): Promise<readonly Diagnostic[]> {
  const { cilium, peerSecret } = mesh;
  const members = withoutLost(described);
  const context = { members, cilium, peerSecret };
  const found = new Map(inspected(members, live).map((each) => [each.cluster.name, each]));
  const changing = clusters.flatMap(({ name, access }) => {
    const each = found.get(name);
    if (each?.live.config === undefined) return [];
    const change = policyChange(each.cluster, each.live, context);
    return changesNothing(change) ? [] : [{ member: each.cluster, access, change }];
  });
  const known = rangesOfClusters(described);
  const isKnown = (name: string) => Object.hasOwn(known, name);
  const leave = changing.some(({ change }) => !changedPeers(change).every(isKnown));
  const ranges = leave ? { ...(await rangesBefore()), ...known } : known;
  const judged = await mapLimited(changing, CLUSTERS_AT_ONCE, ({ member, access, change }) =>
    judge(member, access, { ...change, ranges }, mesh, owner),
  );
  return orAccept(judged.flat(), mesh);
}

/** The clusters that a Secret has peer files of, in whichever cluster it is. */
export function peersSeen(live: ReadonlyMap<string, LiveCluster>, peerSecret: string): readonly string[] {
  const seen = [...live.values()].flatMap((cluster) => (cluster.kind === "reachable" ? cluster.existingObjects : []));
  const files = seen.flatMap(({ kind, name, files: of }) => (kind === "Secret" && name === peerSecret ? of : []));
  return [...new Set(peersIn(files))];
}
