import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { validateAuthority, type Authorities, type MeshAuthority } from "./authorities";
import type { MemberArgs } from "./member";
import type { ClusterAccess } from "./nodeCommand";
import type { SecretData } from "./peerSecret";
import { refusal } from "./refusal";
import type { MeshSettings } from "./settings";
import { clientAuthorities } from "./model/certificates";
import { claimsOf } from "./model/claims";
import { validateDemo, type DemoSettings } from "./model/demo";
import { membersOf, type ClusterSpec, type Member, type MeshSpec } from "./model/mesh";
import { SHARED_AUTHORITY } from "./model/peerFile";
import type { Problem } from "./model/problem";
import { validateMesh } from "./model/validate";
import { validateCertificatePolicy } from "./model/validateCertificates";

/** One cluster: its plain description, and how to get at it. */
export interface MeshCluster extends ClusterSpec {
  /**
   * A provider of this cluster's own. It needs `enableSecretMutable`, or a changed peer is a deleted Secret for a moment and so a lost mesh,
   * and `upsertExistingObjects`, or an `up` that was killed at the wrong moment trips over its own objects.
   */
  readonly provider: k8s.Provider;
  /** For the steps that run kubectl. */
  readonly access: ClusterAccess;
}

/** The arguments of `ClusterMesh`. */
export interface ClusterMeshArgs extends Omit<MeshSpec, "clusters" | "maxConnectedClusters"> {
  /** The members by name, at least two. */
  readonly clusters: Readonly<Record<string, MeshCluster>>;
  readonly authority: MeshAuthority;
  readonly settings: MeshSettings;
  /** The demo workloads and policy; absent for none. */
  readonly demo?: DemoSettings;
}

/** The arguments of a mesh as its parts need them. */
export interface MeshPlan {
  readonly members: readonly Member[];
  readonly settings: MeshSettings;
  /** Whose the objects are: project and stack. */
  readonly owner: string;
  readonly access: Readonly<Record<string, ClusterAccess>>;
  readonly providers: Readonly<Record<string, k8s.Provider>>;
  memberArgs(spec: Member, authorities: Authorities, shared: SecretData): MemberArgs;
  memberOptions(spec: Member, opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions;
}

/** The owner annotation of everything this stack creates. */
export function stackOwner(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** What is wrong with the plain part of the arguments: the mesh, the lifetimes, the demo. */
export function validateArgs(
  spec: MeshSpec,
  settings: MeshSettings,
  demo: DemoSettings | undefined,
): readonly Problem[] {
  return [
    ...validateMesh(spec),
    ...validateCertificatePolicy(settings.certificates),
    ...(demo === undefined ? [] : validateDemo(demo, Object.keys(spec.clusters))),
  ];
}

/**
 * Checks the arguments as a whole and sorts them out.
 *
 * @throws RunError with everything that is wrong, so that no half of a mesh is ever registered.
 */
export function planMesh(args: ClusterMeshArgs): MeshPlan {
  const { settings, demo, authority } = args;
  const problems = [
    ...validateArgs({ ...args, maxConnectedClusters: settings.maxConnectedClusters }, settings, demo),
    ...validateAuthority(authority, Object.keys(args.clusters)),
  ];
  if (problems.length > 0) {
    throw refusal("this mesh cannot work", problems);
  }
  const members = membersOf(args.clusters);
  const names = members.map((member) => member.name);
  const owner = stackOwner();
  const clusters = Object.entries(args.clusters);
  const access = Object.fromEntries(clusters.map(([name, cluster]) => [name, cluster.access]));
  const providers = Object.fromEntries(clusters.map(([name, cluster]) => [name, cluster.provider]));
  const issuesServers = authority.kind === "generated";
  return {
    members,
    settings,
    owner,
    access,
    providers,
    memberArgs: (spec, authorities, shared) => {
      const wanted = clientAuthorities(spec.name, names, authorities.scope);
      const server = issuesServers ? authorities.byName.get(SHARED_AUTHORITY) : undefined;
      return {
        spec,
        access: required(access, spec.name),
        clientAuthorities: new Map([...authorities.byName].filter(([name]) => wanted.includes(name))),
        ...(server === undefined ? {} : { serverAuthority: server }),
        sharedPeerFiles: shared,
        claims: claimsOf(spec.name, settings, issuesServers, demo),
        owner,
        settings,
      };
    },
    memberOptions: (spec, opts) => ({ ...opts, providers: [required(providers, spec.name)] }),
  };
}

function required<T>(record: Readonly<Record<string, T>>, key: string): T {
  const value = record[key];
  if (value === undefined) {
    throw new pulumi.RunError(`cluster ${JSON.stringify(key)} is not among the arguments`);
  }
  return value;
}
