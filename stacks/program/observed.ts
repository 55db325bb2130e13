import { createHash } from "node:crypto";
import { own } from "../../components/basics/model/own";
import type { Observed, ObservedClusters } from "../../components/mesh/model/observed";
import type { LiveCluster } from "../../components/preflight/model/liveCluster";
import type { PreflightPolicy } from "../../components/preflight/model/policy";
import { publicSchema, type Configuration } from "../configuration/schema";

/** Which cluster each is, and which `cilium-config` it has. */
export function seenAs(live: ReadonlyMap<string, LiveCluster>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...live].flatMap(([name, cluster]) =>
      cluster.kind === "reachable" ? [[name, `${cluster.uid} ${cluster.config?.uid ?? ""}`] as const] : [],
    ),
  );
}

/** Clusters that were not looked at: whatever changes in the mesh has the first step on each look before anything is written. */
export function unseen(clusters: readonly { readonly name: string }[], configuration: Configuration): ObservedClusters {
  const known = publicSchema.shape.clusters.parse(configuration.clusters);
  const hash = createHash("sha256")
    .update(JSON.stringify({ ...configuration, ca: undefined, clusters: known }))
    .digest("hex")
    .slice(0, 16);
  return Object.fromEntries(clusters.map(({ name }) => [name, { seenAs: `not looked at, ${hash}` }]));
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
  seen: Readonly<Record<keyof Observed, Readonly<Record<string, string>>>>,
): ObservedClusters {
  const ofCluster = (name: string): Observed =>
    Object.fromEntries(
      Object.entries(seen).flatMap(([kind, values]) => {
        const value = own(values, name);
        return value === undefined ? [] : [[kind, value]];
      }),
    );
  return Object.fromEntries(names.map((name) => [name, ofCluster(name)]));
}
