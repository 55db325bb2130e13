import type { ClusterMeshArgs } from "../../components";
import type { Loaded } from "./load";
import { meshClusters } from "./providers";

/** The arguments of a stack's mesh: its own clusters, each with a provider, and the others as their peers. */
export function meshArguments({ configuration, environment }: Loaded): ClusterMeshArgs {
  const { spec, own, ...rest } = environment;
  const all = Object.entries(spec.clusters);
  const owned = Object.fromEntries(all.filter(([name]) => own.includes(name)));
  const others = Object.fromEntries(all.filter(([name]) => !own.includes(name)));
  return { ...spec, ...rest, clusters: meshClusters(owned, configuration.clusters), others };
}
