import * as pulumi from "@pulumi/pulumi";
import { meshAuthorities } from "./authorities";
import { planMesh, type ClusterMeshArgs } from "./clusterMeshArgs";
import { Demo } from "./demo";
import { Member, type CertificateSummary } from "./member";
import { meshCheck } from "./meshCheck";
import { peersHash, sharedPeerFiles } from "./peerSecret";
import type { Readiness } from "./model/agentStatus";
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
    const check = meshCheck(name, { members, access, settings, peersHash: peersHash(shared) }, meshed, child);
    if (args.demo !== undefined) {
      new Demo(name, { demo: args.demo, providers: plan.providers, owner }, { ...child, dependsOn: [...check.done] });
    }

    this.certificates = Object.fromEntries(
      members.map((spec, index) => [spec.name, joined[index]?.certificates ?? []]),
    );
    this.readiness = check.readiness;
    this.topology = topology(members);
    this.registerOutputs({});
  }
}
