import type { ClusterMeshArgs } from "../../components";
import type { Loaded } from "./load";
import { meshClusters } from "./providers";

/** The arguments of a stack's mesh: its own clusters, each with a provider, and the others as their peers. */
export function meshArguments({ configuration, environment }: Loaded): ClusterMeshArgs {
  const { spec, managed, ...rest } = environment;
  const all = Object.entries(spec.clusters);
  const managedClusters = Object.fromEntries(all.filter(([name]) => managed.includes(name)));
  const externalPeers = Object.fromEntries(all.filter(([name]) => !managed.includes(name)));
  return { ...spec, ...rest, clusters: meshClusters(managedClusters, configuration.clusters), externalPeers };
}
