import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess, MeshCluster } from "../../components";
import { own } from "../../components/basics/model/own";
import type { ClusterSpec } from "../../components/mesh/model/mesh";
import type { Configuration } from "../configuration/schema";

type ClusterConfiguration = Configuration["clusters"][string];

/** How to reach a cluster; a kubeconfig is a secret from here on. */
function clusterAccess({ context = "", kubeconfig }: ClusterConfiguration): ClusterAccess {
  return kubeconfig === undefined
    ? { kind: "context", context }
    : { kind: "kubeconfig", kubeconfig: pulumi.secret(kubeconfig) };
}

/**
 * A provider for one cluster.
 *
 * - `enableSecretMutable`: a changed peer updates the Secret; without it, it would be deleted first, and the mesh lost.
 * - `clusterIdentifier`: an edited kubeconfig or a renamed context changes the provider and does not replace all that it has made.
 * - `upsertExistingObjects`: an `up` killed between writing an object and remembering it can be repeated. That no object of somebody else
 *   gets overwritten is seen to before, by the preflight and again by the first step on each cluster.
 */
function clusterProvider(name: string, access: ClusterAccess, isLost: boolean): k8s.Provider {
  return new k8s.Provider(name, {
    ...reach(access, isLost),
    clusterIdentifier: `${pulumi.getProject()}/${pulumi.getStack()}/${name}`,
    enableServerSideApply: true,
    enableSecretMutable: true,
    upsertExistingObjects: true,
  });
}

/** A kubeconfig that leads nowhere: nothing listens on this port of the machine itself, and the refusal comes at once. */
const NOWHERE = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "gone", cluster: { server: "https://127.0.0.1:1" } }],
  contexts: [{ name: "gone", context: { cluster: "gone", user: "gone" } }],
  users: [{ name: "gone", user: {} }],
  "current-context": "gone",
});

/**
 * How a provider reaches its cluster. One that is gone is not reached even if it should answer: what its objects were leaves the state, and
 * the cluster stays as it is. Half an answer would undo half of it.
 */
function reach(access: ClusterAccess, isLost: boolean): k8s.ProviderArgs {
  if (isLost) {
    return { kubeconfig: NOWHERE, deleteUnreachable: true, skipUpdateUnreachable: true };
  }
  // Empty and not absent: absent, the SDK would write the user's path, from $KUBECONFIG, into the state.
  return access.kind === "context" ? { context: access.context, kubeconfig: "" } : { kubeconfig: access.kubeconfig };
}

/** Clusters of a mesh, each with its provider. */
export function meshClusters(
  specs: Readonly<Record<string, ClusterSpec>>,
  configurations: Readonly<Record<string, ClusterConfiguration>>,
): Readonly<Record<string, MeshCluster>> {
  return Object.fromEntries(
    Object.entries(specs).flatMap(([name, spec]) => {
      const configuration = own(configurations, name);
      if (configuration === undefined) {
        return [];
      }
      const access = clusterAccess(configuration);
      return [[name, { ...spec, access, provider: clusterProvider(name, access, spec.lost === true) }]];
    }),
  );
}
