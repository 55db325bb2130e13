import * as pulumi from "@pulumi/pulumi";
import { authoritiesOf, authoritySummaries, meshAuthorities, type AuthoritySummary } from "./certificates/authorities";
import { GoneMember } from "./cluster/goneMember";
import { Member, type CertificateSummary } from "./cluster/member";
import { planMesh, type ClusterMeshArgs } from "./clusterMeshArgs";
import { Demo } from "./demo/demo";
import type { Verdict } from "./demo/model/demoVerdicts";
import { etcdAdmin } from "./etcdUsers/etcdAdmin";
import { summaryOf, type RecordedCluster } from "./identity/model/recordedClusters";
import { topology } from "./mesh/model/topology";
import { meshCheck } from "./meshCheck/meshCheck";
import type { ReadinessRow } from "./meshCheck/model/checkResult";
import type { StalePodRow } from "./meshCheck/model/stalePods";
import type { PathRow } from "./nodePaths/model/pathVerdict";
import { peersHash, sharedPeerFiles } from "./peers/peerSecret";
import { agreement, clusterGuard } from "./policyCheck/guard";

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
  readonly authorities: pulumi.Output<readonly AuthoritySummary[]>;
  /** How every agent sees every peer; a sentence where the check is off. */
  readonly readiness: pulumi.Output<readonly ReadinessRow[] | string>;
  /** Whether the nodes of each cluster reach each other; a sentence where the check is off. */
  readonly paths: pulumi.Output<readonly PathRow[] | string>;
  /** Pods that have kept identities from before the change of their cluster's id; a sentence where the check is off. */
  readonly stalePods: pulumi.Output<readonly StalePodRow[] | string>;
  /** By cluster, whether its etcd holds the peers to what they may read; a sentence where users are not managed. */
  readonly etcdUsers: pulumi.Output<Readonly<Record<string, string>> | string>;
  /** Who reaches the demo's database, before its policy and after it; a word where there is no demo. */
  readonly verdicts: pulumi.Output<readonly Verdict[] | string>;
  /** What Cilium has logged of the demo's pings that its policy kept out; a word where there is no demo. */
  readonly drops: pulumi.Output<readonly string[] | string>;
  /** The clusters that are gone, with the commands that give one back by hand, should it ever return. */
  readonly gone: Readonly<Record<string, pulumi.Output<readonly string[]>>>;
  /** Which clusters are in the mesh, and by which objects, for the preview of the next run. */
  readonly recorded: Readonly<Record<string, pulumi.Output<RecordedCluster>>>;
  /** The mesh as Mermaid text. */
  readonly topology: string;

  constructor(name: string, args: ClusterMeshArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const plan = planMesh(args);
    super("clustermesh:index:ClusterMesh", name, {}, opts);
    const child = { parent: this };
    const { members, own, settings, owner, access } = plan;

    const authorities = meshAuthorities(name, plan.authority, members, settings, child);
    const shared = sharedPeerFiles(members, authorities);
    // A promise, for the first member waits for the last one, which is made after it.
    const allRecorded = Promise.resolve().then(() => joined.map((member) => member.recorded));
    const names = own.map((spec) => spec.name);
    const admin = etcdAdmin(name, authoritiesOf(authorities, names), settings, child);
    const ofMesh = { authorities, sharedPeerFiles: shared, etcdAdmin: admin, allRecorded };
    const joined: readonly Member[] = own.map(
      (spec) => new Member(spec.name, plan.memberArgs(spec, ofMesh), plan.memberOptions(spec, child)),
    );
    const gone = plan.gone.map(
      (spec) => new GoneMember(spec.name, plan.goneArgs(spec), plan.memberOptions(spec, child)),
    );
    const agreed = agreement(name, [...joined, ...gone], child);
    const guarded = (member: Member | GoneMember) =>
      clusterGuard(plan.guardArgs(member.spec, member.originals), { ...child, dependsOn: [member, agreed] });
    gone.forEach(guarded);
    const guards = joined.map(guarded);
    const issued = joined.map((member) => member.issued);
    const told = peersHash(shared, issued);
    const pathsBefore = Object.fromEntries(joined.map((member) => [member.cluster, member.pathsBefore]));
    const others = members.filter((member) => !names.includes(member.name));
    const checked = { members: own, others, access, settings, peersHash: told, pathsBefore };
    const check = meshCheck(name, checked, guards, child);
    const demo =
      args.demo === undefined
        ? undefined
        : new Demo(
            name,
            { demo: args.demo, providers: plan.providers, access, cilium: settings.cilium, peersHash: told, owner },
            { ...child, dependsOn: [...check.done] },
          );

    this.certificates = Object.fromEntries(joined.map(({ cluster, certificates }) => [cluster, certificates]));
    this.authorities = authoritySummaries(authorities);
    this.gone = Object.fromEntries(gone.map(({ spec, handBack }) => [spec.name, handBack]));
    this.readiness = check.readiness;
    this.paths = check.paths;
    this.stalePods = check.stalePods;
    this.etcdUsers = usersOf(joined);
    this.verdicts = demo?.verdicts ?? pulumi.output("off");
    this.drops = demo?.drops ?? pulumi.output("off");
    this.recorded = Object.fromEntries(
      joined.map(({ cluster, spec, originals }) => [
        cluster,
        // What is recorded has no secret; it counts as one only because the command got a kubeconfig.
        pulumi.unsecret(originals).apply((printed) => summaryOf(printed, cluster, spec.reapply)),
      ]),
    );
    this.topology = topology(members);
    this.registerOutputs({});
  }
}

function usersOf(members: readonly Member[]): pulumi.Output<Readonly<Record<string, string>> | string> {
  const managed = members.flatMap(({ cluster, etcdUsers }) =>
    etcdUsers === undefined ? [] : [[cluster, etcdUsers] as const],
  );
  return managed.length === 0 ? pulumi.output("off: not managed") : pulumi.all(Object.fromEntries(managed));
}
