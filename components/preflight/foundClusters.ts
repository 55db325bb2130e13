import { leavesFacts, type FoundClusters, type KnownMesh } from "./knownMesh";
import { foundOf } from "./model/found";
import type { LiveCluster } from "./model/liveCluster";

/** What the clusters that answered say of themselves, where something of them is not written down. */
export function foundClusters(
  { clusters }: Pick<KnownMesh, "clusters">,
  live: ReadonlyMap<string, LiveCluster>,
): FoundClusters {
  return Object.fromEntries(
    Object.entries(clusters).flatMap(([name, written]) => {
      const cluster = live.get(name);
      return cluster?.kind === "reachable" && leavesFacts(written) ? [[name, foundOf(name, cluster)] as const] : [];
    }),
  );
}
