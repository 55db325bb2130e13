import * as pulumi from "@pulumi/pulumi";
import { meshAuthorities } from "./authorities";
import { planMesh, type ClusterMeshArgs } from "./clusterMeshArgs";
import { Demo } from "./demo";
import { Member, type CertificateSummary } from "./member";
import { meshCheck } from "./meshCheck";
import { peersHash, sharedPeerFiles } from "./peerSecret";
import type { Readiness } from "./model/agentStatus";
import type { Verdict } from "./model/demoVerdicts";
import type { PathRow } from "./model/pathVerdict";
import type { StalePodRow } from "./model/stalePods";
import { topology } from "./model/topology";

/**
 * N Kubernetes clusters running Cilium as one ClusterMesh: certificates, the peers' Secret in every cluster, every agent's name and id, and
 * the proof that every agent sees every peer. Whatever it overwrites comes back on destroy.
 *
 * @throws RunError with all that is wrong with the description of the mesh, before any resource is registered.
 */
export class ClusterMesh extends pulumi.ComponentResource {
  /** What was issued, by cluster. */
  readonly certificates: Readonly<Record<string, readonly CertificateSummary[]>>;
  /** How every agent sees every peer; a sentence where the check is off. */
  readonly readiness: pulumi.Output<readonly Readiness[] | string>;
  /** Whether the nodes of each cluster reach each other; a sentence where the check is off. */
  readonly paths: pulumi.Output<readonly PathRow[] | string>;
  /** Pods that have kept identities from before the change of their cluster's id; a sentence where the check is off. */
  readonly stalePods: pulumi.Output<readonly StalePodRow[] | string>;
  /** Who reaches the demo's database, before its policy and after it; a word where there is no demo. */
  readonly verdicts: pulumi.Output<readonly Verdict[] | string>;
  /** What Cilium has logged of the demo's pings that its policy kept out; a word where there is no demo. */
  readonly drops: pulumi.Output<readonly string[] | string>;
  /** The mesh as Mermaid text. */
  readonly topology: string;

  constructor(name: string, args: ClusterMeshArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const plan = planMesh(args);
    super("clustermesh:index:ClusterMesh", name, {}, opts);
    const child = { parent: this };
    const { members, settings, owner, access } = plan;

    const authorities = meshAuthorities(name, args.authority, settings.certificates, child);
    const shared = sharedPeerFiles(members, authorities);
    const joined = members.map(
      (spec) => new Member(spec.name, plan.memberArgs(spec, authorities, shared), plan.memberOptions(spec, child)),
    );
    const meshed = joined.map((member) => member.meshed);
    const told = peersHash(shared);
    const pathsBefore = Object.fromEntries(joined.map((member) => [member.cluster, member.pathsBefore]));
    const check = meshCheck(name, { members, access, settings, peersHash: told, pathsBefore }, meshed, child);
    const demo =
      args.demo === undefined
        ? undefined
        : new Demo(
            name,
            { demo: args.demo, providers: plan.providers, access, cilium: settings.cilium, peersHash: told, owner },
            { ...child, dependsOn: [...check.done] },
          );

    this.certificates = Object.fromEntries(
      members.map((spec, index) => [spec.name, joined[index]?.certificates ?? []]),
    );
    this.readiness = check.readiness;
    this.paths = check.paths;
    this.stalePods = check.stalePods;
    this.verdicts = demo?.verdicts ?? pulumi.output("off");
    this.drops = demo?.drops ?? pulumi.output("off");
    this.topology = topology(members);
    this.registerOutputs({});
  }
}
