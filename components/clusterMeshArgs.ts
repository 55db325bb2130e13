import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { own } from "./basics/model/own";
import type { Authorities } from "./certificates/authority";
import {
  authorityFor,
  authorityNames,
  originOf,
  validateAuthority,
  type MeshAuthority,
} from "./certificates/meshAuthority";
import { clientAuthorities, SHARED_AUTHORITY } from "./certificates/model/certificates";
import { validateGeneration } from "./certificates/model/generation";
import { validateCertificatePolicy } from "./certificates/model/validateCertificates";
import { claimsOf } from "./claims";
import type { MemberArgs } from "./cluster/member";
import type { MemberCommandArgs } from "./cluster/memberCommands";
import type { ClusterAccess } from "./command/nodeCommand";
import { validateDemo, validateDemoPresence, type DemoSettings } from "./demo/model/demo";
import type { EtcdAdmin } from "./etcdUsers/etcdAdmin";
import { membersOf, present, type ClusterSpec, type Member, type MeshSpec } from "./mesh/model/mesh";
import type { Problem } from "./mesh/model/problem";
import { validateMesh } from "./mesh/model/validate";
import { refusal } from "./mesh/refusal";
import { peerSecretKeys, type SecretData } from "./peers/peerSecret";
import type { ClusterGuardArgs } from "./policyCheck/guard";
import type { MeshSettings } from "./settings";

/** One cluster: its plain description, and how to get at it. */
export interface MeshCluster extends ClusterSpec {
  /**
   * A provider of this cluster's own. It needs `enableSecretMutable`, or a changed peer is a deleted Secret for a moment and so a lost mesh,
   * and `upsertExistingObjects`, or an `up` that was killed at the wrong moment trips over its own objects. That of a cluster that is gone
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
  readonly others?: Readonly<Record<string, ClusterSpec>>;
  readonly authority: MeshAuthority;
  readonly settings: MeshSettings;
  /** The demo workloads and policy; absent for none. */
  readonly demo?: DemoSettings;
  /** With what all that this stack makes is marked as its own; another stack must not have it. @default organization, project and stack */
  readonly owner?: string;
}

/** What every member is given alike. */
export interface OfMesh {
  readonly authorities: Authorities;
  readonly sharedPeerFiles: SecretData;
  /** Absent where no users are managed. */
  readonly etcdAdmin: EtcdAdmin | undefined;
  readonly allRecorded: Promise<readonly pulumi.Resource[]>;
}

/** The arguments of a mesh as its parts need them. */
export interface MeshPlan {
  /** Those that are there: the peers of the mesh, whichever stack looks after them. */
  readonly members: readonly Member[];
  /** Those of them that this program looks after. */
  readonly own: readonly Member[];
  /** Those of its clusters that will not answer any more. */
  readonly gone: readonly Member[];
  /** Who signs for those that are there. */
  readonly authority: MeshAuthority;
  readonly settings: MeshSettings;
  /** Whose the objects are. */
  readonly owner: string;
  readonly access: Readonly<Record<string, ClusterAccess>>;
  readonly providers: Readonly<Record<string, k8s.Provider>>;
  memberArgs(spec: Member, ofMesh: OfMesh): MemberArgs;
  goneArgs(spec: Member): MemberCommandArgs;
  guardArgs(spec: Member, originals: pulumi.Output<string>): ClusterGuardArgs;
  memberOptions(spec: Member, opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions;
}

/** The owner of everything that this stack creates, unless it is given. */
function stackOwner(): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
}

/**
 * What is wrong with the plain part of the arguments: the mesh, the lifetimes, the demo.
 *
 * @param own The clusters that this program looks after, where those are not all: the demo has no others.
 */
export function validateArgs(
  spec: MeshSpec,
  settings: MeshSettings,
  demo: DemoSettings | undefined,
  own: readonly string[] = Object.keys(spec.clusters),
): readonly Problem[] {
  const whose = own.length === Object.keys(spec.clusters).length ? "mesh" : "stack";
  return [
    ...validateMesh(spec),
    ...validateCertificatePolicy(settings.certificates),
    ...(demo === undefined
      ? []
      : [...validateDemo(demo, own, whose), ...validateDemoPresence(demo, membersOf(spec.clusters))]),
  ];
}

/** What is wrong with the mesh of these arguments as a whole: the same whichever part of it a program looks after. */
export function validateWhole(
  args: Omit<MeshSpec, "maxConnectedClusters"> & Pick<ClusterMeshArgs, "authority" | "settings" | "demo">,
  own: readonly string[],
): readonly Problem[] {
  const { settings, authority, demo } = args;
  const names = present(membersOf(args.clusters)).map(({ name }) => name);
  return [
    ...validateArgs({ ...args, maxConnectedClusters: settings.maxConnectedClusters }, settings, demo, own),
    ...validateAuthority(authority, names),
    ...validateGeneration(settings.generation, originOf(authority) === "generated" ? "generated" : "adopted"),
  ];
}

/**
 * Checks the arguments as a whole and sorts them out.
 *
 * @throws RunError with everything that is wrong, so that no half of a mesh is ever registered.
 */
export function planMesh(args: ClusterMeshArgs): MeshPlan {
  const { settings, demo, authority } = args;
  const whole = { ...args.others, ...args.clusters };
  const members = present(membersOf(whole));
  const names = members.map((member) => member.name);
  const problems = validateWhole({ ...args, clusters: whole }, Object.keys(args.clusters));
  if (problems.length > 0) {
    throw refusal("this mesh cannot work", problems);
  }
  const { owner = stackOwner() } = args;
  const clusters = Object.entries(args.clusters);
  const accessOfAll = Object.fromEntries(clusters.map(([name, cluster]) => [name, cluster.access]));
  const providers = Object.fromEntries(clusters.map(([name, cluster]) => [name, cluster.provider]));
  const all = membersOf(args.clusters);
  const own = present(all);
  const issuesServers = originOf(authority) === "generated";
  const peerKeys = peerSecretKeys(names, authorityNames(authority, names));
  const commandArgs = (spec: Member) => ({
    access: required(accessOfAll, spec.name),
    claims: claimsOf(spec.name, settings, issuesServers, demo),
    peerKeys,
    owner,
    settings,
  });
  return {
    members,
    own,
    gone: all.filter((member) => !own.includes(member)),
    authority: authorityFor(authority, names),
    settings,
    owner,
    access: Object.fromEntries(own.map(({ name }) => [name, required(accessOfAll, name)])),
    providers,
    memberArgs: (spec, { authorities, etcdAdmin, ...ofMesh }) => {
      const credential = etcdAdmin?.credentialFor(spec.name);
      const wanted = clientAuthorities(spec.name, names, authorities.scope);
      const server = issuesServers ? authorities.byName.get(SHARED_AUTHORITY) : undefined;
      return {
        spec,
        ...commandArgs(spec),
        ...ofMesh,
        issueRecord: authorities.record,
        clientAuthorities: new Map([...authorities.byName].filter(([name]) => wanted.includes(name))),
        peers: names.filter((name) => name !== spec.name),
        ...(credential === undefined ? {} : { etcdCredential: credential }),
        ...(server === undefined ? {} : { serverAuthority: server }),
      };
    },
    goneArgs: (spec) => ({ member: spec, ...commandArgs(spec) }),
    guardArgs: (spec, originals) => ({ member: spec, ...commandArgs(spec), originals }),
    memberOptions: (spec, opts) => ({ ...opts, providers: [required(providers, spec.name)] }),
  };
}

function required<T>(record: Readonly<Record<string, T>>, key: string): T {
  const value = own(record, key);
  if (value === undefined) {
    throw new pulumi.RunError(`cluster ${JSON.stringify(key)} is not among the arguments`);
  }
  return value;
}
