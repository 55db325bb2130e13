import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { own } from "./basics/model/own";
import type { CaSet } from "./certificates/ca";
import { caSourceFor, caNames, caOrigin, type CaSource } from "./certificates/caSource";
import { caSourceOf, type GivenCas } from "./certificates/givenCas";
import { clientCaNames, SHARED_AUTHORITY } from "./certificates/model/certificates";
import { managedObjectsOf } from "./managedObjects";
import type { MeshedClusterArgs } from "./cluster/meshedCluster";
import { checkProvider } from "./cluster/ownProvider";
import type { ClusterCommandArgs } from "./cluster/clusterCommands";
import { accessOf, type ClusterAccess } from "./command/nodeCommand";
import { demoSettings, type DemoSettings } from "./demo/model/demo";
import type { EtcdAdmin } from "./etcdUsers/etcdAdmin";
import { clustersOf, withoutLost, type Cluster } from "./mesh/model/mesh";
import { observedOf, type ObservedClusters } from "./mesh/model/observed";
import { refusal } from "./mesh/refusal";
import { peerSecretKeys, type SecretData } from "./peers/peerSecret";
import { rangesOfClusters } from "./policyCheck/model/meshChange";
import type { PolicyCheckArgs } from "./policyCheck/policyCheck";
import type { GivenSettings, MeshSettings } from "./settings/model/settings";
import { settingsOf, validateDescription, type DescribedCluster, type MeshDescription } from "./meshDescription";

/** One cluster: what a stack's configuration has of it. */
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

/** The arguments of `ClusterMesh`: those of a stack's configuration. */
export interface ClusterMeshArgs extends GivenSettings, Pick<GivenCas, "ca" | "published"> {
  /** The clusters that this program looks after, by name. */
  readonly clusters: Readonly<Record<string, MeshCluster>>;
  /** The rest of the mesh, which other stacks look after: their peers, and not touched. Two clusters in all are the least. @default none */
  readonly externalPeers?: Readonly<Record<string, DescribedCluster>>;
  /** What was seen of the live clusters, so that drift is repaired of which the state knows nothing. @default nothing */
  readonly observed?: ObservedClusters;
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
  /** Absent for none. */
  readonly demo: DemoSettings | undefined;
  /** Whose the objects are. */
  readonly owner: string;
  readonly access: Readonly<Record<string, ClusterAccess>>;
  clusterArgs(spec: Cluster, ofMesh: OfMesh): MeshedClusterArgs;
  lostArgs(spec: Cluster): ClusterCommandArgs;
  policyCheckArgs(spec: Cluster, originalConfig: pulumi.Output<string>): PolicyCheckArgs;
}

/** The owner of everything that this stack creates, unless it is given. */
function stackOwner(): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** What the arguments of a mesh describe, with the defaults of what they leave out. */
export interface DescribedMesh {
  readonly description: MeshDescription;
  /** Its settings alone. */
  readonly settings: MeshSettings;
  readonly observed: ObservedClusters;
  /** The clusters that this program looks after, by name. */
  readonly managed: readonly string[];
  /** Whose the objects are. */
  readonly owner: string;
}

/** Puts the arguments of a mesh together. @throws RunError where a setting is none. */
export function describedMesh(args: ClusterMeshArgs): DescribedMesh {
  const { clusters, externalPeers, observed = {}, ca, published, ...givenSettings } = args;
  const settings = settingsOf(givenSettings);
  const cas = { ...(ca === undefined ? {} : { ca }), ...(published === undefined ? {} : { published }) };
  return {
    description: { ...settings, ...cas, clusters: { ...externalPeers, ...clusters } },
    settings,
    observed,
    managed: Object.keys(clusters),
    owner: settings.owner ?? stackOwner(),
  };
}

/**
 * Checks the arguments as a whole and sorts them out.
 *
 * @throws RunError with everything that is wrong, so that no half of a mesh is ever registered.
 */
export function planMesh(args: ClusterMeshArgs): MeshPlan {
  const { clusters: given } = args;
  const { description: mesh, settings, observed, managed: managedNames, owner } = describedMesh(args);
  const problems = validateDescription(mesh, managedNames, new Date());
  if (problems.length > 0) {
    throw refusal("this mesh cannot work", problems);
  }
  const described = clustersOf(mesh.clusters);
  const members = withoutLost(described);
  const names = members.map((cluster) => cluster.name);
  const caSource = caSourceOf(mesh);
  const demo = demoSettings(settings, managedNames);
  const clusters = Object.entries(given);
  const accessOfAll = Object.fromEntries(clusters.map(([name, cluster]) => [name, accessOf(cluster)]));
  const all = clustersOf(given);
  const managed = withoutLost(all);
  const issuesServers = caOrigin(caSource) === "generated";
  const peerKeys = peerSecretKeys(names, caNames(caSource, names));
  const commandArgs = (spec: Cluster) => ({
    access: required(accessOfAll, spec.name),
    observed: observedOf(observed, spec.name),
    managedObjects: managedObjectsOf(spec.name, settings, issuesServers, demo),
    peerKeys,
    owner,
    settings,
  });
  const checkedProvider = ({ name, lost = false }: Cluster) => {
    const provider = own(given, name)?.provider;
    return provider === undefined ? {} : { providerChecked: pulumi.output(checkProvider(name, provider, lost)) };
  };
  return {
    clusters: members,
    managed,
    lost: all.filter((cluster) => !managed.includes(cluster)),
    caSource: caSourceFor(caSource, names),
    settings,
    demo,
    owner,
    access: Object.fromEntries(managed.map(({ name }) => [name, required(accessOfAll, name)])),
    clusterArgs: (spec, { caSet, etcdAdmin, ...ofMesh }) => {
      const credential = etcdAdmin?.credentialFor(spec.name);
      const wanted = clientCaNames(spec.name, names, caSet.scope);
      const server = issuesServers ? caSet.byName.get(SHARED_AUTHORITY) : undefined;
      return {
        spec,
        ...commandArgs(spec),
        ...checkedProvider(spec),
        ...ofMesh,
        issueRecord: caSet.record,
        clientAuthorities: new Map([...caSet.byName].filter(([name]) => wanted.includes(name))),
        peers: names.filter((name) => name !== spec.name),
        ...(credential === undefined ? {} : { etcdCredential: credential }),
        ...(server === undefined ? {} : { serverAuthority: server }),
      };
    },
    lostArgs: (spec) => ({ cluster: spec, ...commandArgs(spec), ...checkedProvider(spec) }),
    policyCheckArgs: (spec, originalConfig) => ({
      ...{ cluster: spec, ...commandArgs(spec), originalConfig },
      ranges: rangesOfClusters(described),
    }),
  };
}

function required<T>(record: Readonly<Record<string, T>>, key: string): T {
  const value = own(record, key);
  if (value === undefined) {
    throw new pulumi.RunError(`cluster ${JSON.stringify(key)} is not among the arguments`);
  }
  return value;
}
