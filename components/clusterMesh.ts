import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { own, present } from "./basics/model/own";
import { caSetFor, caSummaries, caSetOf, type CaSummary } from "./certificates/caSet";
import { clusterProvider } from "./cluster/clusterProvider";
import { LostCluster } from "./cluster/lostCluster";
import { MeshedCluster, type CertificateSummary } from "./cluster/meshedCluster";
import { planMesh, type ClusterMeshArgs } from "./clusterMeshArgs";
import { Demo } from "./demo/demo";
import type { Verdict } from "./demo/model/demoVerdicts";
import { formerNames } from "./formerNames";
import { etcdAdmin } from "./etcdUsers/etcdAdmin";
import { summaryOf, type RecordedCluster } from "./identity/model/recordedClusters";
import type { Cluster } from "./mesh/model/mesh";
import { observedOf } from "./mesh/model/observed";
import { topology } from "./mesh/model/topology";
import { meshCheck } from "./meshCheck/meshCheck";
import type { ReadinessRow } from "./meshCheck/model/checkResult";
import type { StalePodRow } from "./meshCheck/model/stalePods";
import type { PathRow } from "./nodePaths/model/pathVerdict";
import { hashPeers, sharedPeerFiles } from "./peers/peerSecret";
import { agreement, policyCheck } from "./policyCheck/policyCheck";

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
  /** Who reaches the demo's database, before its policy and after it; absent where there is no demo. */
  readonly verdicts: pulumi.Output<readonly Verdict[]> | undefined;
  /** What Cilium has logged of the demo's pings that its policy kept out; absent where nothing is pinged. */
  readonly drops: pulumi.Output<readonly string[]> | undefined;
  /** The lost clusters, with the commands that restore one by hand, should it ever return. */
  readonly lost: Readonly<Record<string, pulumi.Output<readonly string[]>>>;
  /** Which clusters are in the mesh, and by which objects, for the preview of the next run. */
  readonly recorded: Readonly<Record<string, pulumi.Output<RecordedCluster>>>;
  /** The mesh as Mermaid text. */
  readonly topology: string;

  constructor(name: string, args: ClusterMeshArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const plan = planMesh(args);
    super("clustermesh:index:ClusterMesh", name, {}, opts);
    const child = { parent: this };
    const ofCluster = { ...child, transformations: [formerNames(name)] };
    const nameOf = (spec: Cluster) => `${name}-${spec.name}`;
    const { clusters, managed, settings, owner, access } = plan;
    const providers = providersOf(name, args, child);
    const reaching = ({ name: cluster }: Cluster) => {
      const provider = own(providers, cluster);
      return { ...ofCluster, ...(provider === undefined ? {} : { providers: [provider] }) };
    };

    const caSet = caSetOf(name, plan.caSource, clusters, settings, child);
    const shared = sharedPeerFiles(clusters, caSet);
    const names = managed.map((spec) => spec.name);
    const admin = etcdAdmin(name, caSetFor(caSet, names), settings, child);
    const ofMesh = { caSet, sharedPeerFiles: shared, etcdAdmin: admin };
    const joined = managed.map(
      (spec) => new MeshedCluster(nameOf(spec), plan.clusterArgs(spec, ofMesh), reaching(spec)),
    );
    const identitiesChecked = joined.map((cluster) => cluster.identityChecked);
    for (const cluster of joined) {
      cluster.givePeers(identitiesChecked);
    }
    const lost = plan.lost.map((spec) => new LostCluster(nameOf(spec), plan.lostArgs(spec), reaching(spec)));
    const agreed = agreement(name, [...joined, ...lost], child);
    const policyCheckOf = (cluster: MeshedCluster | LostCluster) =>
      policyCheck(nameOf(cluster.spec), plan.policyCheckArgs(cluster.spec, cluster.originalConfig), {
        ...ofCluster,
        dependsOn: [cluster, agreed],
      });
    lost.forEach(policyCheckOf);
    const policyChecks = joined.map(policyCheckOf);
    const issued = joined.map((cluster) => cluster.issued);
    const peersHash = hashPeers(shared, issued);
    const pathsBefore = Object.fromEntries(joined.map(({ spec, pathsBefore: before }) => [spec.name, before]));
    const clusterUids = Object.fromEntries(joined.map(({ spec, uid }) => [spec.name, uid]));
    const externalPeers = clusters.filter((cluster) => !names.includes(cluster.name));
    const checked = { clusters: managed, externalPeers, access, settings, peersHash, pathsBefore, clusterUids };
    const check = meshCheck(name, checked, policyChecks, child);
    const demo =
      plan.demo === undefined
        ? undefined
        : new Demo(
            name,
            {
              demo: plan.demo,
              providers,
              access,
              cilium: settings.cilium,
              clusterUids,
              peersHash,
              owner,
            },
            { ...ofCluster, dependsOn: [...check.done] },
          );

    this.certificates = Object.fromEntries(joined.map(({ spec, certificates }) => [spec.name, certificates]));
    this.authorities = caSummaries(caSet);
    this.lost = Object.fromEntries(lost.map(({ spec, manualRestoreCommands: handBack }) => [spec.name, handBack]));
    this.readiness = check.readiness;
    this.paths = check.paths;
    this.stalePods = check.stalePods;
    this.etcdUsers = usersOf(joined);
    this.verdicts = demo?.verdicts;
    this.drops = demo?.drops;
    this.recorded = Object.fromEntries(
      joined.map(({ spec, originalConfig }) => {
        const { reapply } = observedOf(args.observed, spec.name);
        return [spec.name, originalConfig.apply((printed) => summaryOf(printed, spec.name, reapply))];
      }),
    );
    this.topology = topology(clusters);
    const { certificates, authorities, readiness, paths, stalePods, etcdUsers } = this;
    this.registerOutputs(present({ certificates, authorities, readiness, paths, stalePods, etcdUsers }));
  }
}

/** The program's own provider of each cluster, or one that is made for it. */
function providersOf(
  mesh: string,
  { clusters }: ClusterMeshArgs,
  opts: pulumi.ResourceOptions,
): Readonly<Record<string, k8s.Provider>> {
  const made = Object.entries(clusters).map(
    ([name, cluster]) => [name, cluster.provider ?? clusterProvider(mesh, name, cluster, opts)] as const,
  );
  return Object.fromEntries(made);
}

function usersOf(clusters: readonly MeshedCluster[]): Readonly<Record<string, pulumi.Output<string>>> | undefined {
  const managed = clusters.flatMap(({ spec, etcdUsers }) =>
    etcdUsers === undefined ? [] : [[spec.name, etcdUsers] as const],
  );
  return managed.length === 0 ? undefined : Object.fromEntries(managed);
}
