import { withPublishedCas } from "../../components";
import { own } from "../../components/basics/model/own";
import { error, type Diagnostic } from "../../components/mesh/model/diagnostic";
import type { Configuration, ClusterStackConfiguration } from "../configuration/schema";
import type { Published } from "./registry";
import type { Role } from "./role";

/** The whole mesh: a cluster stack's part together with the rest. */
export interface Merged {
  /** The whole mesh; with ways into the stack's own clusters alone. */
  readonly configuration: Configuration;
  readonly role: Extract<Role, { kind: "cluster" }>;
  readonly problems: readonly Diagnostic[];
}

/** Clusters that the authority stack does not list. */
function unlisted(
  { authorityStack, clusters }: ClusterStackConfiguration,
  { registry }: Published,
): readonly Diagnostic[] {
  return Object.keys(clusters)
    .filter((name) => !Object.hasOwn(registry.clusters, name))
    .map((cluster) =>
      error({
        cluster,
        property: "configuration",
        reason: `is not in the registry of stack ${JSON.stringify(authorityStack)}`,
        fix: "list it there and run pulumi up there first; or, if it has left the mesh, remove it here, with pulumi destroy where it is the last one",
      }),
    );
}

/** Merges a cluster stack's configuration with what its authority stack has published, to the configuration of the whole mesh. */
export function mergeClusterStack(stack: ClusterStackConfiguration, published: Published): Merged {
  const { authorityStack, clusters: managed, ...local } = stack;
  const { registry } = published;
  const known = Object.entries(registry.clusters).map(
    ([name, cluster]) => [name, { ...cluster, ...own(managed, name) }] as const,
  );
  const { clusters, signing } = withPublishedCas(Object.fromEntries(known), published.signing);
  const listed = Object.keys(managed).filter((name) => Object.hasOwn(registry.clusters, name));
  const allow = [...registry.settings.allow, ...local.allow];
  const none = error({
    property: "clustermesh:clusters",
    reason: "lists no cluster",
    fix: "list the clusters of this stack, each with its context or kubeconfig",
  });
  return {
    configuration: { ...registry.settings, ...local, allow, clusters },
    role: { kind: "cluster", authorityStack, managed: listed, origin: registry.authority, signing },
    problems: [...(Object.keys(managed).length === 0 ? [none] : []), ...unlisted(stack, published)],
  };
}
