import type { CaSource, ClusterMeshArgs, KnownMesh } from "../../components";
import type { Configuration } from "../configuration/schema";
import type { Environment } from "./environment";
import type { Loaded } from "./load";

/** What an authority stack has published, as the library takes it. */
function publishedOf(authority: CaSource): Pick<KnownMesh, "published"> {
  return authority.kind === "published" ? { published: authority } : {};
}

/** A stack's mesh as the library takes it: its configuration, and with what it signs. */
export function meshDescription(configuration: Configuration, { authority, owner }: Environment): KnownMesh {
  return { ...configuration, owner, ...publishedOf(authority) };
}

/** The arguments of a stack's mesh: its own clusters, and the others as their peers. */
export function meshArguments({
  configuration,
  environment,
}: Pick<Loaded, "configuration" | "environment">): ClusterMeshArgs {
  const { managed, observed = {} } = environment;
  const { clusters, ...mesh } = meshDescription(configuration, environment);
  const all = Object.entries(clusters);
  return {
    ...mesh,
    observed,
    clusters: Object.fromEntries(all.filter(([name]) => managed.includes(name))),
    externalPeers: Object.fromEntries(all.filter(([name]) => !managed.includes(name))),
  };
}
