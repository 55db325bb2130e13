import { present } from "../basics/model/own";
import { leavesFacts, type FoundClusters, type KnownMesh } from "./knownMesh";
import { foundOf } from "./model/found";
import type { IdentityPolicy } from "./model/foundIdentity";
import type { LiveCluster } from "./model/liveCluster";

/** What the clusters that answered say of themselves, where something of them is not written down. */
export function foundClusters(
  { clusters }: Pick<KnownMesh, "clusters">,
  live: ReadonlyMap<string, LiveCluster>,
  policy: IdentityPolicy,
): FoundClusters {
  return Object.fromEntries(
    Object.entries(clusters).flatMap(([name, written]) => {
      const cluster = live.get(name);
      return cluster?.kind === "reachable" && leavesFacts(written)
        ? [[name, foundOf({ name, ...written }, cluster, policy)] as const]
        : [];
    }),
  );
}

/** What is known of clusters that nobody looks at: what was decided of them stays. */
export function foundInRecord(recorded: IdentityPolicy["recorded"]): FoundClusters {
  return Object.fromEntries(
    Object.entries(recorded).flatMap(([name, { identity, clientCertificates, ca, lost }]) => {
      // In the place of a lost one another may be by now, whose own CA is read where it is.
      const found = present({ identity, clientCertificates, ca: lost === true ? undefined : ca });
      return Object.keys(found).length === 0 ? [] : [[name, found] as const];
    }),
  );
}
