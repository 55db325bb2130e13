import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AdoptedCaArgs } from "./certificates/ca";
import { validateCas, type GivenCas } from "./certificates/givenCas";
import { validateKeyRevisions } from "./certificates/model/keyRevisions";
import { validateLifetimes } from "./certificates/model/validateCertificates";
import type { ObjectsByCluster } from "./kubernetes/model/managedObject";
import { plainEtcd, type EtcdInputs } from "./mesh/etcd";
import { present } from "./basics/model/own";
import { apiserverEtcd, completed, type ClusterSpec, type EtcdSpec, type PartlyKnown, type WrittenCluster } from "./mesh/model/mesh";
import { observedOf, type ObservedClusters } from "./mesh/model/observed";
import { PUBLICATIONS, publishesOf, type Found } from "./mesh/model/publication";
import { error, type Diagnostic } from "./mesh/model/diagnostic";
import { validateMesh } from "./mesh/model/validate";
import type { ClusterWay } from "./settings/model/cluster";
import type { MeshSettings } from "./settings/model/settings";

/** A cluster as it is written down. */
export interface DescribedCluster extends Omit<WrittenCluster, "etcd">, Omit<ClusterWay, "kubeconfig"> {
  /** The etcd of a cluster in kvstore mode. Without it the cluster publishes through its clustermesh-apiserver. */
  readonly etcd?: EtcdInputs & { readonly ca?: AdoptedCaArgs };
  readonly kubeconfig?: pulumi.Input<string>;
}

/** A cluster with the program's own provider for it. */
export interface MeshCluster extends DescribedCluster {
  /**
   * A provider of the program's own; without it one is made of `context` or `kubeconfig`. It needs `enableSecretMutable`, or a changed peer is a deleted Secret for a moment and so a lost mesh,
   * and `upsertExistingObjects`, or an `up` that was killed at the wrong moment trips over its own objects. That of a lost cluster
   * reaches nothing and has `deleteUnreachable`: so the stack lets go of its objects. One that lacks any of this is refused.
   *
   * @default one that has all of this
   */
  readonly provider?: k8s.Provider;
}

/** A mesh as it is written down, in the configuration of a stack or in the arguments of a program, with the defaults of what is not. */
export interface MeshDescription extends MeshSettings, Pick<GivenCas, "ca" | "published"> {
  /** All of them, those of other programs too. */
  readonly clusters: Readonly<Record<string, MeshCluster>>;
  /** What the program makes in its clusters beside the mesh. */
  readonly objects?: ObjectsByCluster;
}

/** How each cluster is reached: by a context or a kubeconfig, and not both. */
function accessProblems({ clusters }: MeshDescription, managed: readonly string[]): readonly Diagnostic[] {
  const reached = Object.entries(clusters).filter(([name]) => managed.includes(name));
  return reached.flatMap(([name, { context, kubeconfig, lost }]): Diagnostic[] => {
    const neededNoMore = lost === true && context === undefined;
    if (neededNoMore || (context === undefined) !== (kubeconfig === undefined)) {
      return [];
    }
    const reason = context === undefined ? "is missing" : "and kubeconfig are both given";
    return [error({ cluster: name, property: "context", reason, fix: "give either context or kubeconfig (a secret)" })];
  });
}

/** Further objects are made by the program, so in clusters that it looks after. */
function objectsProblems({ objects = {} }: MeshDescription, managed: readonly string[]): readonly Diagnostic[] {
  const strange = Object.keys(objects).filter((name) => !managed.includes(name));
  const fix = `use one of ${managed.join(", ")}`;
  return strange.map((name) => error({ property: `objects.${name}`, reason: "are in no cluster of this stack", fix }));
}

/** What is known of an etcd by now: nothing where it is an output, or where nobody has found it. */
function etcdNow({ etcd, apiserver }: MeshCluster, found: Found | undefined): EtcdSpec | undefined {
  if (etcd !== undefined) return plainEtcd(etcd);
  const dialled = apiserverEtcd(present({ apiserver }), found);
  return apiserver?.endpoints === undefined && dialled.endpoints.length === 0 ? undefined : dialled;
}

/** The clusters, without what is not known yet. */
function knownClusters({ clusters }: MeshDescription, observed: ObservedClusters) {
  return Object.fromEntries(
    Object.entries(clusters).map(([name, cluster]): readonly [string, PartlyKnown<ClusterSpec>] => {
      const { found = {} } = observedOf(observed, name);
      const { podCIDRs: pods, nodeCIDRs: nodes, ...facts } = completed(cluster, found);
      const known = (kind: "podCIDRs" | "nodeCIDRs") => cluster[kind] ?? found[kind];
      const ranges = present({ podCIDRs: known("podCIDRs") && pods, nodeCIDRs: known("nodeCIDRs") && nodes });
      return [name, { ...facts, ...ranges, ...present({ etcd: etcdNow(cluster, found) }) }];
    }),
  );
}

/** What may be left to the live cluster, by what is missing of it. */
function untold(cluster: MeshCluster, found: Found): readonly string[] {
  const { property } = PUBLICATIONS[publishesOf(cluster)];
  const isDialled = cluster.etcd !== undefined || (etcdNow(cluster, found)?.endpoints ?? []).length > 0;
  return [
    ...(isDialled ? [] : [`${property}.endpoints`]),
    ...((cluster.podCIDRs ?? found.podCIDRs) === undefined ? ["podCIDRs"] : []),
  ];
}

/**
 * What is neither written down nor was found in a live cluster. Nobody asks the clusters of other programs.
 *
 * @param observed What was seen; absent before anybody has looked.
 */
export function missingFacts(
  { clusters, wait }: MeshDescription,
  managed: readonly string[],
  observed?: ObservedClusters,
): readonly Diagnostic[] {
  return Object.entries(clusters).flatMap(([name, cluster]) => {
    const isAsked = managed.includes(name) && wait.preflight !== false;
    if (cluster.lost === true || (isAsked && observed === undefined)) return [];
    const { found } = observedOf(observed, name);
    const reason = !managed.includes(name)
      ? "is not written down, and nobody asks a cluster of another stack"
      : wait.preflight === false
        ? "is not written down, and no live cluster is asked (wait.preflight)"
        : found === undefined
          ? "is not written down, and the cluster was not asked, or did not answer"
          : "is not written down, and the cluster does not tell";
    const fix = "write it down";
    return untold(cluster, found ?? {}).map((property) => error({ cluster: name, property, reason, fix }));
  });
}

/** What a cluster that publishes through its clustermesh-apiserver cannot have yet, and what goes with no etcd. */
function publicationProblems(
  { clusters }: MeshDescription,
  managed: readonly string[],
): readonly Diagnostic[] {
  return Object.entries(clusters).flatMap(([cluster, { etcd, apiserver, reads, lost }]): Diagnostic[] => {
    if (etcd === undefined) {
      const reason = "is missing, and a cluster of another stack is reached by its own etcd only";
      const fix = "write etcd of a cluster in kvstore mode, or have one stack look after all clusters";
      return managed.includes(cluster) || lost === true ? [] : [error({ cluster, property: "etcd", reason, fix })];
    }
    const both = "is given beside etcd";
    return [
      ...(apiserver === undefined
        ? []
        : [error({ cluster, property: "apiserver", reason: both, fix: "give the one through which it publishes" })]),
      ...(reads === "cached"
        ? [
            error({
              cluster,
              property: "reads",
              value: reads,
              reason: both,
              fix: "remove it: a cluster in kvstore mode reads its peers directly",
            }),
          ]
        : []),
    ];
  });
}

/**
 * Everything that is wrong with a mesh as it is written down, whichever part of it a program looks after. Endpoints that are outputs are not judged.
 *
 * @param managed The clusters that this program looks after: only those are reached, and can have further objects.
 * @param observed What was seen of the live clusters; absent before anybody has looked.
 */
export function validateDescription(
  mesh: MeshDescription,
  managed: readonly string[],
  now: Date,
  observed?: ObservedClusters,
): readonly Diagnostic[] {
  return [
    ...accessProblems(mesh, managed),
    ...validateCas(mesh, now),
    ...validateKeyRevisions(mesh.keyRevisions, mesh.authority),
    ...publicationProblems(mesh, managed),
    ...missingFacts(mesh, managed, observed),
    ...validateMesh({ ...mesh, clusters: knownClusters(mesh, observed ?? {}) }),
    ...validateLifetimes(mesh.certificates),
    ...objectsProblems(mesh, managed),
  ];
}
