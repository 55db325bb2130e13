import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { validateApiserverCas } from "./certificates/apiserverCas";
import type { AdoptedCaArgs } from "./certificates/ca";
import { validateCas, type GivenCas } from "./certificates/givenCas";
import { validateKeyRevisions } from "./certificates/model/keyRevisions";
import { validateLifetimes } from "./certificates/model/validateCertificates";
import type { ObjectsByCluster } from "./kubernetes/model/managedObject";
import type { EtcdInputs } from "./mesh/etcd";
import type { WrittenCluster } from "./mesh/model/mesh";
import type { ObservedClusters } from "./mesh/model/observed";
import { error, formatDiagnostic, type Diagnostic } from "./mesh/model/diagnostic";
import { validateMesh } from "./mesh/model/validate";
import { knownClusters, missingFacts, publicationProblems } from "./knownFacts";
import type { ClusterWay } from "./settings/model/cluster";
import type { MeshSettings } from "./settings/model/settings";

/** A cluster as it is written down. */
export interface DescribedCluster extends Omit<WrittenCluster, "etcd" | "apiserver">, Omit<ClusterWay, "kubeconfig"> {
  /** The etcd of a cluster in kvstore mode. Without it the cluster publishes through its clustermesh-apiserver. */
  readonly etcd?: EtcdInputs & { readonly ca?: AdoptedCaArgs };
  /** The way into its clustermesh-apiserver, and its CA, where they are others than the live cluster tells. */
  readonly apiserver?: NonNullable<WrittenCluster["apiserver"]> & { readonly ca?: AdoptedCaArgs };
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

/** What is wrong by the facts of the clusters, written down or seen: all that a look at them can change. */
function factProblems(
  mesh: MeshDescription,
  managed: readonly string[],
  observed?: ObservedClusters,
): readonly Diagnostic[] {
  return [
    ...missingFacts(mesh, managed, observed),
    ...validateMesh({ ...mesh, clusters: knownClusters(mesh, observed ?? {}) }),
  ];
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
    ...validateApiserverCas(mesh, now),
    ...validateKeyRevisions(mesh.keyRevisions, mesh.authority),
    ...publicationProblems(mesh),
    ...factProblems(mesh, managed, observed),
    ...validateLifetimes(mesh.certificates),
    ...objectsProblems(mesh, managed),
  ];
}

/**
 * What is wrong with a mesh only by what its live clusters say of themselves. A cluster that was not seen, or is not what it should be, has an error
 * of its own: nothing is said here of what it does not tell.
 *
 * @param fitting The clusters that were seen and are what they should be, by name.
 */
export function problemsOfFound(
  mesh: MeshDescription,
  managed: readonly string[],
  observed: ObservedClusters,
  fitting: readonly string[],
): readonly Diagnostic[] {
  const seen = Object.fromEntries(Object.entries(observed).filter(([name]) => fitting.includes(name)));
  const onPaper = new Set(factProblems(mesh, managed).map(formatDiagnostic));
  return factProblems(mesh, managed, seen).filter(
    (each) => !onPaper.has(formatDiagnostic(each)) && (each.cluster === undefined || Object.hasOwn(seen, each.cluster)),
  );
}
