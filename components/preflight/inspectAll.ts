import { limiter } from "../basics/limiter";
import { mapLimited } from "../basics/mapLimited";
import { compact } from "../basics/model/lists";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { ApiAccess } from "../kubernetes/clusterApi";
import { warning, type Diagnostic } from "../mesh/model/diagnostic";
import { sayingWhoIsAwaited, type Say } from "./awaited";
import { answers, inspectCluster } from "./inspection";
import type { Named } from "../identity/model/mark";
import type { KnownMesh } from "./knownMesh";
import type { Asked } from "./lackingPermissions";
import type { LiveCluster } from "./model/liveCluster";
import type { Answered } from "./model/slowAnswers";

/** So many clusters are asked side by side: each takes several processes here. */
export const CLUSTERS_AT_ONCE = 8;

/** A cluster of which it is known how it is reached. */
export interface Reached {
  readonly name: string;
  readonly access: ApiAccess;
  readonly lost: boolean;
}

/** The clusters that can be reached; where nothing is given for that, kubectl would take its current context for an answer. */
export function reachable({ clusters }: KnownMesh): readonly Reached[] {
  return Object.entries(clusters).flatMap(([name, { context, kubeconfig, lost = false }]): Reached[] => {
    if (kubeconfig !== undefined) return [{ name, access: { kind: "kubeconfig", content: kubeconfig }, lost }];
    return context === undefined ? [] : [{ name, access: { kind: "context", context }, lost }];
  });
}

/** What the clusters that were asked are, and how they were asked. */
export interface Inspected {
  readonly live: ReadonlyMap<string, LiveCluster>;
  readonly answered: ReadonlyMap<string, Answered>;
}

/**
 * Inspects them all.
 *
 * @param say Hears every ten seconds which have not answered yet.
 */
export async function inspectAll(
  cilium: CiliumObjects,
  clusters: readonly (Asked & Named)[],
  limit: number,
  say: Say,
): Promise<Inspected> {
  const turn = limiter(CLUSTERS_AT_ONCE);
  const names = clusters.map(({ name }) => name);
  const found = await sayingWhoIsAwaited(names, limit, say, (answered) =>
    Promise.all(
      clusters.map(async ({ name, id, owner, access, managedObjects, publication }) => {
        const named = { name, id, owner };
        const seen = await inspectCluster(access, cilium, managedObjects, limit, turn, publication, named);
        answered(name);
        const way = access.kind === "context" ? access : ({ kind: "kubeconfig" } as const);
        return { name, ...seen, live: seen.live.kind === "reachable" ? { ...seen.live, way } : seen.live };
      }),
    ),
  );
  return {
    live: new Map(found.map(({ name, live }) => [name, live])),
    answered: new Map(found.flatMap(({ name, answered }) => (answered === undefined ? [] : [[name, answered]]))),
  };
}

/** Clusters that are declared lost and answer all the same: the wrong one may be declared. */
export async function lostAndAnswering(lost: readonly Reached[], limit: number): Promise<readonly Diagnostic[]> {
  const reason = "is declared, but its API server answers";
  const fix =
    "it is dropped by its peers and left as it is, with its name and id; to have it given back as it was found, remove lost, " +
    "run pulumi up, and then remove the cluster";
  const found = await mapLimited(lost, CLUSTERS_AT_ONCE, async ({ name, access }) => {
    return (await answers(access, limit)) && warning({ cluster: name, property: "lost", reason, fix });
  });
  return compact(found);
}
