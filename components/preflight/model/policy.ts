import type { RecordedCluster } from "../../identity/model/recordedClusters";
import type { Diagnostic } from "../../mesh/model/diagnostic";
import type { Cluster, WrittenCluster } from "../../mesh/model/mesh";
import type { AdoptedCA } from "../../settings/model/ca";
import type { MeshSettings } from "../../settings/model/settings";
import type { LiveCluster, ReachableCluster } from "./liveCluster";

/** What is written down of a clustermesh-apiserver. */
export type WrittenApiserver = NonNullable<WrittenCluster["apiserver"]> & {
  readonly ca?: AdoptedCA;
};

/** How the program treats what it finds in the clusters. */
export interface PreflightPolicy extends Pick<
  MeshSettings,
  "maxConnectedClusters" | "cilium" | "peerSecret" | "allow"
> {
  /** Keys that will be written into the Secret. */
  readonly peerSecretKeys: readonly string[];
  /** The owner annotation of this stack's objects. */
  readonly owner: string;
  /** What the last up has recorded of the clusters that are in the mesh, by name. */
  readonly recorded: Readonly<Record<string, RecordedCluster>>;
  /** What is written down of the clusters, by name: what was found is held against it. @default nothing */
  readonly written?: Readonly<
    Record<string, Pick<WrittenCluster, "reads"> & { readonly apiserver?: WrittenApiserver }>
  >;
}

/** A cluster that answered, with what was read of it. */
export type InspectedCluster = { readonly cluster: Cluster; readonly live: ReachableCluster };

/** Those of these clusters that have answered. */
export function inspected(
  clusters: readonly Cluster[],
  all: ReadonlyMap<string, LiveCluster>,
): readonly InspectedCluster[] {
  return clusters.flatMap((cluster) => {
    const live = all.get(cluster.name);
    return live?.kind === "reachable" ? [{ cluster, live }] : [];
  });
}

/** What was changed in the clusters since it was written. The state shows none of it. */
export interface Drift {
  /** By cluster, what tells this change from any other. */
  readonly changes: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** A change, by what tells it from any other. */
export type Change = readonly [string, Diagnostic];

/** Collects the changes of clusters. */
export function driftIn(
  found: readonly InspectedCluster[],
  changesOf: (each: InspectedCluster) => readonly Change[],
): Drift {
  const changed = found
    .map((each) => ({ name: each.cluster.name, changes: changesOf(each) }))
    .filter(({ changes }) => changes.length > 0);
  return {
    changes: Object.fromEntries(changed.map(({ name, changes }) => [name, changes.map(([mark]) => mark).join(", ")])),
    diagnostics: changed.flatMap(({ changes }) => changes.map(([, diagnostic]) => diagnostic)),
  };
}
