import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
/** How a provider reaches a cluster: a context of the kubeconfig at hand, or a kubeconfig's content. */
interface ReachedCluster {
  readonly name: string;
  readonly context?: string;
  readonly kubeconfig?: pulumi.Input<string>;
  readonly lost?: boolean;
}

/**
 * A provider for one cluster, a child of the mesh.
 *
 * - `enableSecretMutable`: a changed peer updates the Secret; without it, it would be deleted first, and the mesh lost.
 * - `clusterIdentifier`: an edited kubeconfig or a renamed context changes the provider and does not replace all that it has made.
 * - `upsertExistingObjects`: an `up` killed between writing an object and remembering it can be repeated. That no object of another owner
 *   gets overwritten is seen to before, by the preflight and again by the first step on each cluster.
 *
 * @param mesh The name of the mesh, with which the provider's begins; it was the cluster's alone, and outside of the mesh, before.
 */
export function clusterProvider(mesh: string, cluster: ReachedCluster, opts: pulumi.ResourceOptions): k8s.Provider {
  const { name } = cluster;
  return new k8s.Provider(
    `${mesh}-${name}`,
    {
      ...reach(cluster),
      clusterIdentifier: `${pulumi.getProject()}/${pulumi.getStack()}/${name}`,
      enableServerSideApply: true,
      enableSecretMutable: true,
      upsertExistingObjects: true,
    },
    { ...opts, aliases: [{ name, parent: pulumi.rootStackResource }] },
  );
}

/** The kubeconfig of a lost cluster leads nowhere: nothing listens on this port of the machine itself, and the refusal comes at once. */
const NOWHERE = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "lost", cluster: { server: "https://127.0.0.1:1" } }],
  contexts: [{ name: "lost", context: { cluster: "lost", user: "lost" } }],
  users: [{ name: "lost", user: {} }],
  "current-context": "lost",
});

/**
 * How a provider reaches its cluster. One that is lost is not reached even if it should answer: what its objects were leaves the state, and
 * the cluster stays as it is. Half an answer would undo half of it.
 */
function reach({ context, kubeconfig, lost = false }: ReachedCluster): k8s.ProviderArgs {
  if (lost) {
    return { kubeconfig: NOWHERE, deleteUnreachable: true, skipUpdateUnreachable: true };
  }
  // Empty and not absent: absent, the SDK would write the user's path, from $KUBECONFIG, into the state.
  return kubeconfig === undefined
    ? { context: context ?? "", kubeconfig: "" }
    : { kubeconfig: pulumi.secret(kubeconfig) };
}
