import { own, present } from "../basics/model/own";
import { shortHash } from "../basics/model/shortHash";
import type { Observed, ObservedClusters } from "../mesh/model/observed";
import type { LiveCluster } from "./model/liveCluster";
import type { PreflightPolicy } from "./model/policy";
import { z } from "zod";
import { knownFacts } from "../settings/model/cluster";
import type { FoundClusters, KnownMesh } from "./knownMesh";

/** Which cluster each is, and which `cilium-config` it has. */
export function seenAs(live: ReadonlyMap<string, LiveCluster>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...live].flatMap(([name, cluster]) =>
      cluster.kind === "reachable" ? [[name, `${cluster.uid} ${cluster.config?.uid ?? ""}`] as const] : [],
    ),
  );
}

const publicClusters = z.record(z.string(), knownFacts);

/** Clusters that were not looked at: whatever changes in the mesh has the first step on each look before anything is written. */
export function unseen(names: readonly string[], mesh: KnownMesh, found: FoundClusters = {}): ObservedClusters {
  const known = publicClusters.parse(mesh.clusters);
  const hash = shortHash(JSON.stringify({ ...mesh, ca: undefined, published: undefined, clusters: known }));
  return Object.fromEntries(
    names.map((name) => [name, present({ seenAs: `not looked at, ${hash}`, found: own(found, name) })]),
  );
}

/** A value for each cluster at all times: only then is another one a change. */
export function reapplyOf(
  names: readonly string[],
  recorded: PreflightPolicy["recorded"],
  drift: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, drift[name] ?? recorded[name]?.reapplied ?? "never"]));
}

/** What was seen, by cluster, out of each kind of it by cluster. */
export function observedClusters(
  names: readonly string[],
  seen: { readonly [Kind in keyof Observed]-?: Readonly<Record<string, NonNullable<Observed[Kind]>>> },
): ObservedClusters {
  const ofCluster = (name: string): Observed =>
    present(Object.fromEntries(Object.entries(seen).map(([kind, values]) => [kind, own<unknown>(values, name)])));
  return Object.fromEntries(names.map((name) => [name, ofCluster(name)]));
}
