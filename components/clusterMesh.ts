import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { clusterCa } from "./apiserver/clusterCa";
import { own, present } from "./basics/model/own";
import { caSummaries, caSetOf, type CaSummary } from "./certificates/caSet";
import { clusterProvider } from "./cluster/clusterProvider";
import { LostCluster } from "./cluster/lostCluster";
import { MeshedCluster, type CertificateSummary } from "./cluster/meshedCluster";
import type { ClusterMeshArgs } from "./clusterMeshArgs";
import type { ClusterAccess } from "./command/nodeCommand";
import { formerNames } from "./formerNames";
import { etcdAdmin } from "./etcdUsers/etcdAdmin";
import { summaryOf, type RecordedCluster } from "./identity/model/recordedClusters";
import type { PlannedCluster } from "./mesh/etcd";
import type { Cluster } from "./mesh/model/mesh";
import { namesApiserver } from "./mesh/model/publication";
import { topology } from "./mesh/model/topology";
import { seesReadyIn } from "./meshCheck/model/seesReady";
import { meshCheck } from "./meshCheck/meshCheck";
import type { ReadinessRow } from "./meshCheck/model/checkResult";
import type { StalePodRow } from "./meshCheck/model/stalePods";
import { planMesh, type ManagedCluster, type MeshPlan } from "./meshPlan";
import type { PathRow } from "./nodePaths/model/pathVerdict";
import { hashPeers, sharedCacheFiles, sharedPeerFiles } from "./peers/peerSecret";
import { givenAddresses } from "./preflight/model/entrances";
import { rangesOfClusters } from "./policyCheck/model/meshChange";
import { agreement, policyCheck } from "./policyCheck/policyCheck";

/** What a component needs that makes more in the clusters of a mesh. */
export interface MeshFoundation {
  /** The name of the mesh's resource. */
  readonly name: string;
  readonly plan: MeshPlan;
  /** By cluster, of lost ones too. */
  readonly providers: Readonly<Record<string, k8s.Provider>>;
  /** How commands reach each cluster. */
  readonly access: Readonly<Record<string, ClusterAccess>>;
  /** Which clusters these were when they joined, by name: the UIDs of their namespaces `kube-system`. */
  readonly clusterUids: Readonly<Record<string, pulumi.Output<string | undefined>>>;
  /** Changes with all that the agents read about their peers. */
  readonly peersHash: pulumi.Output<string>;
  /** What has to be done before anything may rely on the mesh. */
  readonly done: readonly pulumi.Resource[];
}

/**
 * N Kubernetes clusters running Cilium as one ClusterMesh: certificates, the peers' Secret in every cluster, every agent's name and id, and
 * the proof that every agent sees every peer. Whatever it overwrites comes back on destroy. A part of a mesh, where other stacks look after the
 * rest: its clusters are given what they would have if one stack had them all.
 *
 * @throws RunError with all that is wrong with the description of the mesh, before any resource is registered.
 */
export class ClusterMesh extends pulumi.ComponentResource {
  /** What was issued, by cluster. */
  readonly certificates: Readonly<Record<string, readonly CertificateSummary[]>>;
  /** The CAs that are trusted, who of them signs, and when they end. */
  readonly authorities: pulumi.Output<readonly CaSummary[]>;
  /** How every agent sees every peer; absent where the check is off. */
  readonly readiness: pulumi.Output<readonly ReadinessRow[]> | undefined;
  /** Whether the nodes of each cluster reach each other; absent where the check is off. */
  readonly paths: pulumi.Output<readonly PathRow[]> | undefined;
  /** Pods that have kept identities from before the change of their cluster's id; absent where the check is off. */
  readonly stalePods: pulumi.Output<readonly StalePodRow[]> | undefined;
  /** By cluster, whether its etcd holds the peers to what they may read; absent where users are not managed. */
  readonly etcdUsers: Readonly<Record<string, pulumi.Output<string>>> | undefined;
  /** The lost clusters, with the commands that restore one by hand, should it ever return. */
  readonly lost: Readonly<Record<string, pulumi.Output<readonly string[]>>>;
  /** Which clusters are in the mesh, lost ones too, and by which objects, for the preview of the next run. */
  readonly meshedClusters: Readonly<Record<string, pulumi.Output<RecordedCluster>>>;
  /** The mesh as Mermaid text. */
  readonly topology: pulumi.Output<string>;
  /** What a component needs that makes more in these clusters. */
  readonly foundation: MeshFoundation;

  constructor(name: string, args: ClusterMeshArgs | MeshPlan, opts: pulumi.ComponentResourceOptions = {}) {
    const plan = planMesh(args);
    super("clustermesh:index:ClusterMesh", name, {}, opts);
    const child = { parent: this };
    const ofCluster = { ...child, transformations: [formerNames(name)] };
    const nameOf = (cluster: Pick<Cluster, "name">) => `${name}-${cluster.name}`;
    const { clusters, managed, settings } = plan;
    const providers = providersOf(name, [...managed, ...plan.lost], child);
    const reaching = ({ name: cluster }: Pick<Cluster, "name">) => {
      const provider = own(providers, cluster);
      return { ...ofCluster, ...(provider === undefined ? {} : { providers: [provider] }) };
    };

    const caOfCluster = (cluster: PlannedCluster) => {
      const [provider, given] = [own(providers, cluster.name), own(plan.apiserverCas, cluster.name)];
      const args = { cluster, given, cilium: settings.cilium };
      return clusterCa(nameOf(cluster), args, { ...child, ...present({ provider }) });
    };
    const caSet = caSetOf(name, plan.caSource, clusters, settings, child, caOfCluster);
    const shared = sharedPeerFiles(clusters, caSet);
    const ours = managed.map(({ cluster }) => cluster);
    const names = ours.map((cluster) => cluster.name);
    const admin = etcdAdmin(name, caSet, ours, settings, child);
    const outputsChecked = plan.checkOutputs();
    const ofAll = outputsChecked === undefined ? {} : { checked: outputsChecked };
    const cacheFiles = sharedCacheFiles(clusters, settings.cilium.namespace);
    const ofPeers = { sharedPeerFiles: shared, sharedCacheFiles: cacheFiles };
    const ofMesh = { ...ofAll, clusters, caSet, ...ofPeers, etcdAdmin: admin };
    const joined = managed.map(
      (each) => new MeshedCluster(nameOf(each.cluster), { ...each, ...ofMesh }, reaching(each.cluster)),
    );
    const identitiesChecked = joined.map((cluster) => cluster.identityChecked);
    for (const cluster of joined) {
      cluster.givePeers(identitiesChecked);
    }
    const lost = plan.lost.map(
      (each) => new LostCluster(nameOf(each.cluster), { ...each, ...ofAll }, reaching(each.cluster)),
    );
    const agreed = agreement(name, [...joined, ...lost], child);
    const ranges = rangesOfClusters(plan.all);
    const policyCheckOf = (made: MeshedCluster | LostCluster) =>
      policyCheck(
        nameOf(made.args.cluster),
        { ...made.args, originalConfig: made.originalConfig, ranges },
        { ...ofCluster, dependsOn: [made, agreed] },
      );
    lost.forEach(policyCheckOf);
    const policyChecks = joined.map(policyCheckOf);
    const issued = joined.map((cluster) => cluster.issued);
    const hasCaches = ours.some(({ reads }) => reads === "cached");
    const peersHash = hashPeers(shared, issued, hasCaches ? cacheFiles : undefined);
    const byName = <T>(read: (cluster: MeshedCluster) => T): Readonly<Record<string, T>> =>
      Object.fromEntries(joined.map((each) => [each.args.cluster.name, read(each)]));
    const pathsBefore = byName((each) => each.pathsBefore);
    const clusterUids = byName((each) => each.uid);
    const access = byName((each) => each.args.access);
    const externalPeers = clusters.filter((cluster) => !names.includes(cluster.name));
    const checked = { clusters: ours, externalPeers, access, settings, peersHash, pathsBefore, clusterUids };
    const check = meshCheck(name, checked, policyChecks, child);

    this.certificates = byName((each) => each.certificates);
    this.authorities = caSummaries(caSet);
    this.lost = Object.fromEntries(
      lost.map(({ args: { cluster }, manualRestoreCommands }) => [cluster.name, manualRestoreCommands]),
    );
    this.readiness = check.readiness;
    this.paths = check.paths;
    this.stalePods = check.stalePods;
    this.etcdUsers = usersOf(joined);
    this.meshedClusters = recordedClusters([...joined, ...lost]);
    const seen = check.readiness ?? pulumi.output([]);
    this.topology = seen.apply((rows) => topology(clusters, seesReadyIn(rows)));
    this.foundation = { name, plan, providers, access, clusterUids, peersHash, done: check.done };
    const { certificates, authorities, readiness, paths, stalePods, etcdUsers } = this;
    this.registerOutputs(present({ certificates, authorities, readiness, paths, stalePods, etcdUsers }));
  }
}

/** The program's own provider of each cluster, or one that is made for it. */
function providersOf(
  mesh: string,
  clusters: readonly ManagedCluster[],
  opts: pulumi.ResourceOptions,
): Readonly<Record<string, k8s.Provider>> {
  const made = clusters.map(
    ({ cluster }) => [cluster.name, cluster.provider ?? clusterProvider(mesh, cluster, opts)] as const,
  );
  return Object.fromEntries(made);
}

/** What the next preview needs of the clusters that are in the mesh; what was decided of one before it was lost stays. */
function recordedClusters(
  clusters: readonly (MeshedCluster | LostCluster)[],
): Readonly<Record<string, pulumi.Output<RecordedCluster>>> {
  const summaries = clusters.map(({ args: { cluster, observed }, originalConfig }) => {
    const decided = present({
      identity: namesApiserver(cluster) ? ("set" as const) : undefined,
      clientCertificates: cluster.clientCertificates === "issued" ? ("issued" as const) : undefined,
      ca: cluster.ca,
      addresses: givenAddresses(cluster.name, observed.found?.hostAliases),
      reapplied: observed.reapply,
    });
    return [cluster.name, originalConfig.apply((printed) => summaryOf(printed, cluster.name, decided))] as const;
  });
  return Object.fromEntries(summaries);
}

function usersOf(clusters: readonly MeshedCluster[]): Readonly<Record<string, pulumi.Output<string>>> | undefined {
  const managed = clusters.flatMap(({ args: { cluster }, etcdUsers }) =>
    etcdUsers === undefined ? [] : [[cluster.name, etcdUsers] as const],
  );
  return managed.length === 0 ? undefined : Object.fromEntries(managed);
}
