import { DEFAULT_CERTIFICATE_POLICY, type CertificatePolicy } from "./certificates/model/certificates";
import { DEFAULT_GENERATION, type GenerationSettings } from "./certificates/model/generation";
import { DEFAULT_CILIUM_OBJECTS, type CiliumObjects } from "./cilium/model/agentConfig";
import type { WaitSettings } from "./command/model/waitSettings";
import type { MaxConnectedClusters } from "./mesh/model/mesh";
import { CLUSTERMESH_SECRET } from "./peers/model/peerFile";

/** The settings of a mesh. All have defaults that fit a Cilium installed by its Helm chart. */
export interface MeshSettings {
  /** Names of Cilium's objects. */
  readonly cilium: CiliumObjects;
  /** `max-connected-clusters` of the installed Cilium. @default 255 */
  readonly maxConnectedClusters: MaxConnectedClusters;
  /** Key algorithm and lifetimes of what is issued. */
  readonly certificates: CertificatePolicy;
  /** Which keys and generated CAs there are; a changed number issues anew. */
  readonly generation: GenerationSettings;
  /** Secret with the peer files, as the agents project it. @default "cilium-clustermesh" */
  readonly peerSecret: string;
  /** A Secret of that name that somebody else made: refuse, or add the peers and keep its own keys. @default "refuse" */
  readonly foreignSecret: "refuse" | "adopt";
  /** Secret with the etcd server certificate, made where the authority is generated. @default "clustermesh-etcd-server" */
  readonly etcdServerSecret: string;
  /** Name and id in `cilium-config` that differ and belong to somebody else (Helm): refuse, or overwrite until destroy. @default "refuse" */
  readonly conflicts: "refuse" | "overwrite";
  /** Waiting for the roll-out of agents and operator. @default 600 s */
  readonly rollOut: WaitSettings;
  /** The check that every agent sees every peer, and that nodes of one cluster still reach each other. @default 300 s */
  readonly check: WaitSettings;
  /** Peers that other stacks look after and that are not ready: report them, for they may be about to join, or require them. @default "report" */
  readonly otherStacks: "report" | "require";
  /**
   * What the check does about pods whose identities are from before the change of their cluster's id: report them, or restart those that a
   * controller makes anew. @default "report"
   */
  readonly stalePods: "report" | "restart";
  /**
   * Policies that would fail open as clusters join or leave: refuse that, or accept it. For a cluster that leaves it is accepted as one gives up a
   * deletion protection: by an `up` beforehand. @default "refuse"
   */
  readonly openPolicies: "refuse" | "accept";
  /**
   * Users for the peers in every cluster's etcd, with a role that reads what a peer needs and nothing else: none, or made, kept as they have to
   * be, and removed on destroy. @default "off"
   */
  readonly etcdUsers: "off" | "manage";
}

/** Settings for a Cilium as its Helm chart installs it. */
export const DEFAULT_SETTINGS: MeshSettings = {
  cilium: DEFAULT_CILIUM_OBJECTS,
  maxConnectedClusters: 255,
  certificates: DEFAULT_CERTIFICATE_POLICY,
  generation: DEFAULT_GENERATION,
  peerSecret: CLUSTERMESH_SECRET,
  foreignSecret: "refuse",
  etcdServerSecret: "clustermesh-etcd-server",
  conflicts: "refuse",
  rollOut: { enabled: true, timeoutSeconds: 600 },
  check: { enabled: true, timeoutSeconds: 300 },
  otherStacks: "report",
  stalePods: "report",
  openPolicies: "refuse",
  etcdUsers: "off",
};
