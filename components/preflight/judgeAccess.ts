import { error, warning, type Diagnostic } from "../mesh/model/diagnostic";
import { withoutLost, type Cluster } from "../mesh/model/mesh";
import { unreachableClusters } from "./model/judge";
import { without, type LiveCluster } from "./model/liveCluster";
import { membersOf, type KnownMesh } from "./knownMesh";
import { permissionsOf, type Asked } from "./lackingPermissions";
import { checkWaysIn } from "./waysIn";

/**
 * Judges how the clusters are reached: the kubeconfig, those that do not answer, and what their users may not do. An unreachable cluster is an error
 * or a warning, by the settings.
 *
 * @param writes Whether the run goes on to write: then what it may not do is an error by now.
 */
export async function judgeAccess(
  mesh: KnownMesh,
  clusters: readonly Asked[],
  live: ReadonlyMap<string, LiveCluster>,
  writes: boolean,
  limitSeconds: number,
): Promise<readonly Diagnostic[]> {
  const ways = await waysTo(clusters, live);
  const { missing, unknown } = await permissionsOf(clusters, live, mesh, writes, limitSeconds);
  const weigh = mesh.allow.includes("unreachable") ? warning : error;
  const peers = withoutLost(membersOf(mesh));
  // Of a cluster whose user lacks rights, all that are missing say more than the first that was.
  const explained = new Set([...ways.explains, ...missing.keys()]);
  const silent = unreachableClusters(peers, without(live, explained), mesh.allow);
  const isReachable = (name: string) => live.get(name)?.kind === "reachable";
  const refused = [...missing].flatMap(([name, each]) => (isReachable(name) ? [] : each));
  const lacking = [...missing].flatMap(([name, each]) => (isReachable(name) ? each : []));
  return [...[...silent, ...refused].map(weigh), ...ways.diagnostics, ...lacking, ...unknown];
}

const waysTo = (clusters: readonly Pick<Asked, "name" | "access">[], live: ReadonlyMap<string, LiveCluster>) =>
  checkWaysIn(new Map(clusters.map(({ name, access }) => [name, access])), live);

/** Why clusters were not asked: what is wrong with the kubeconfig, and those that do not answer. */
export async function unasked(
  peers: readonly Cluster[],
  clusters: readonly Pick<Asked, "name" | "access">[],
  live: ReadonlyMap<string, LiveCluster>,
  allow: KnownMesh["allow"],
): Promise<readonly Diagnostic[]> {
  const ways = await waysTo(clusters, live);
  return [...unreachableClusters(peers, without(live, ways.explains), allow), ...ways.diagnostics];
}
