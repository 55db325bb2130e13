import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { own } from "./basics/model/own";
import type { CaSet } from "./certificates/ca";
import { caSourceFor, caNames, caOrigin, validateCaSource, type CaSource } from "./certificates/caSource";
import { clientCaNames, SHARED_AUTHORITY } from "./certificates/model/certificates";
import { validateKeyRevisions } from "./certificates/model/keyRevisions";
import { validateCertificatePolicy } from "./certificates/model/validateCertificates";
import { managedObjectsOf } from "./managedObjects";
import type { MeshedClusterArgs } from "./cluster/meshedCluster";
import type { ClusterCommandArgs } from "./cluster/clusterCommands";
import type { ClusterAccess } from "./command/nodeCommand";
import { validateDemo, validateDemoClusters, type DemoSettings } from "./demo/model/demo";
import type { EtcdAdmin } from "./etcdUsers/etcdAdmin";
import { clustersOf, withoutLost, type ClusterSpec, type Cluster, type MeshSpec } from "./mesh/model/mesh";
import type { Diagnostic } from "./mesh/model/diagnostic";
import { observedOf, type ObservedClusters } from "./mesh/model/observed";
import { validateMesh } from "./mesh/model/validate";
import { refusal } from "./mesh/refusal";
import { peerSecretKeys, type SecretData } from "./peers/peerSecret";
import type { PolicyCheckArgs } from "./policyCheck/policyCheck";
import type { MeshSettings } from "./settings";

/** One cluster: its plain description, and how to get at it. */
export interface MeshCluster extends ClusterSpec {
  /**
   * A provider of this cluster's own. It needs `enableSecretMutable`, or a changed peer is a deleted Secret for a moment and so a lost mesh,
   * and `upsertExistingObjects`, or an `up` that was killed at the wrong moment trips over its own objects. That of a lost cluster
   * reaches nothing and has `deleteUnreachable`: so the stack lets go of its objects.
   */
  readonly provider: k8s.Provider;
  /** For the steps that run kubectl. */
  readonly access: ClusterAccess;
}

/** The arguments of `ClusterMesh`. */
export interface ClusterMeshArgs extends Omit<MeshSpec, "clusters" | "maxConnectedClusters"> {
  /** The clusters that this program looks after, by name. */
  readonly clusters: Readonly<Record<string, MeshCluster>>;
  /** The rest of the mesh, which other stacks look after: their peers, and not touched. Two clusters in all are the least. @default none */
  readonly externalPeers?: Readonly<Record<string, ClusterSpec>>;
  /** What was seen of the live clusters, so that drift is repaired of which the state knows nothing. @default nothing */
  readonly observed?: ObservedClusters;
  readonly authority: CaSource;
  readonly settings: MeshSettings;
  /** The demo workloads and policy; absent for none. */
  readonly demo?: DemoSettings;
  /** With what all that this stack makes is marked as its own; another stack must not have it. @default organization, project and stack */
  readonly owner?: string;
}

/** The arguments that all clusters share. */
export interface OfMesh {
  readonly caSet: CaSet;
  readonly sharedPeerFiles: SecretData;
  /** Absent where no users are managed. */
  readonly etcdAdmin: EtcdAdmin | undefined;
}

/** The arguments of a mesh as its parts need them. */
export interface MeshPlan {
  /** Those that are there: the peers of the mesh, whichever stack looks after them. */
  readonly clusters: readonly Cluster[];
  /** Those of them that this program looks after. */
  readonly managed: readonly Cluster[];
  /** Those of its clusters that will not answer any more. */
  readonly lost: readonly Cluster[];
  /** Who signs for those that are there. */
  readonly caSource: CaSource;
  readonly settings: MeshSettings;
  /** Whose the objects are. */
  readonly owner: string;
  readonly access: Readonly<Record<string, ClusterAccess>>;
  readonly providers: Readonly<Record<string, k8s.Provider>>;
  clusterArgs(spec: Cluster, ofMesh: OfMesh): MeshedClusterArgs;
  lostArgs(spec: Cluster): ClusterCommandArgs;
  policyCheckArgs(spec: Cluster, originalConfig: pulumi.Output<string>): PolicyCheckArgs;
  clusterOptions(spec: Cluster, opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions;
}

/** The owner of everything that this stack creates, unless it is given. */
function stackOwner(): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
}

/**
 * What is wrong with the plain part of the arguments: the mesh, the lifetimes, the demo.
 *
 * @param managed The clusters that this program looks after, where those are not all: the demo has no others.
 */
export function validateArgs(
  spec: MeshSpec,
  settings: MeshSettings,
  demo: DemoSettings | undefined,
  managed: readonly string[] = Object.keys(spec.clusters),
): readonly Diagnostic[] {
  const whose = managed.length === Object.keys(spec.clusters).length ? "mesh" : "stack";
  return [
    ...validateMesh(spec),
    ...validateCertificatePolicy(settings.certificates),
    ...(demo === undefined
      ? []
      : [...validateDemo(demo, managed, whose), ...validateDemoClusters(demo, clustersOf(spec.clusters))]),
  ];
}

/** What is wrong with the mesh of these arguments as a whole: the same whichever part of it a program looks after. */
export function validateWhole(
  args: Omit<MeshSpec, "maxConnectedClusters"> & Pick<ClusterMeshArgs, "authority" | "settings" | "demo">,
  managed: readonly string[],
): readonly Diagnostic[] {
  const { settings, authority: caSource, demo } = args;
  const names = withoutLost(clustersOf(args.clusters)).map(({ name }) => name);
  return [
    ...validateArgs({ ...args, maxConnectedClusters: settings.maxConnectedClusters }, settings, demo, managed),
    ...validateCaSource(caSource, names),
    ...validateKeyRevisions(settings.keyRevisions, caOrigin(caSource) === "generated" ? "generated" : "adopted"),
  ];
}

/**
 * Checks the arguments as a whole and sorts them out.
 *
 * @throws RunError with everything that is wrong, so that no half of a mesh is ever registered.
 */
export function planMesh(args: ClusterMeshArgs): MeshPlan {
  const { settings, demo, authority: caSource } = args;
  const whole = { ...args.externalPeers, ...args.clusters };
  const members = withoutLost(clustersOf(whole));
  const names = members.map((cluster) => cluster.name);
  const problems = validateWhole({ ...args, clusters: whole }, Object.keys(args.clusters));
  if (problems.length > 0) {
    throw refusal("this mesh cannot work", problems);
  }
  const { owner = stackOwner() } = args;
  const clusters = Object.entries(args.clusters);
  const accessOfAll = Object.fromEntries(clusters.map(([name, cluster]) => [name, cluster.access]));
  const providers = Object.fromEntries(clusters.map(([name, cluster]) => [name, cluster.provider]));
  const all = clustersOf(args.clusters);
  const managed = withoutLost(all);
  const issuesServers = caOrigin(caSource) === "generated";
  const peerKeys = peerSecretKeys(names, caNames(caSource, names));
  const commandArgs = (spec: Cluster) => ({
    access: required(accessOfAll, spec.name),
    observed: observedOf(args.observed, spec.name),
    managedObjects: managedObjectsOf(spec.name, settings, issuesServers, demo),
    peerKeys,
    owner,
    settings,
  });
  return {
    clusters: members,
    managed,
    lost: all.filter((cluster) => !managed.includes(cluster)),
    caSource: caSourceFor(caSource, names),
    settings,
    owner,
    access: Object.fromEntries(managed.map(({ name }) => [name, required(accessOfAll, name)])),
    providers,
    clusterArgs: (spec, { caSet, etcdAdmin, ...ofMesh }) => {
      const credential = etcdAdmin?.credentialFor(spec.name);
      const wanted = clientCaNames(spec.name, names, caSet.scope);
      const server = issuesServers ? caSet.byName.get(SHARED_AUTHORITY) : undefined;
      return {
        spec,
        ...commandArgs(spec),
        ...ofMesh,
        issueRecord: caSet.record,
        clientAuthorities: new Map([...caSet.byName].filter(([name]) => wanted.includes(name))),
        peers: names.filter((name) => name !== spec.name),
        ...(credential === undefined ? {} : { etcdCredential: credential }),
        ...(server === undefined ? {} : { serverAuthority: server }),
      };
    },
    lostArgs: (spec) => ({ cluster: spec, ...commandArgs(spec) }),
    policyCheckArgs: (spec, originalConfig) => ({ cluster: spec, ...commandArgs(spec), originalConfig }),
    clusterOptions: (spec, opts) => ({ ...opts, providers: [required(providers, spec.name)] }),
  };
}

function required<T>(record: Readonly<Record<string, T>>, key: string): T {
  const value = own(record, key);
  if (value === undefined) {
    throw new pulumi.RunError(`cluster ${JSON.stringify(key)} is not among the arguments`);
  }
  return value;
}
