import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import type { Cluster } from "../../../../components/mesh/model/mesh";
import { parseLiveCluster, type ReachableCluster } from "../../../../components/preflight/model/liveCluster";
import type { LiveNetwork, LiveNode } from "../../../../components/preflight/model/liveNetwork";
import type { InspectedCluster, PreflightPolicy } from "../../../../components/preflight/model/policy";
import { fixture } from "../fixtures";
import { member } from "../mesh/mesh";
import type { ManagedFieldsEntry } from "../../../../components/kubernetes/model/managedFields";

/** An object as `kubectl get -o json` prints it, open to changes. */
export interface LiveObject {
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** A recorded object of a real cluster: Cilium 1.20 in kvstore mode by its Helm chart, an API server by kubeadm. */
export const recorded = (name: string): LiveObject => fixture(`live/${name}`) as LiveObject;

/** What a cluster made here has; without any change it is the recorded one. */
export interface LiveOptions {
  /** Changes of `cilium-config`; `undefined` removes a key. */
  readonly config?: Readonly<Record<string, string | undefined>>;
  /** Changes of the ConfigMap's metadata. */
  readonly configMetadata?: Readonly<Record<string, unknown>>;
  /** Names of recorded objects that are missing. */
  readonly without?: readonly ("configmap" | "daemonset" | "deployment" | "namespace")[];
  readonly daemonSet?: LiveObject;
  readonly uid?: string;
  /** Objects under claimed names. */
  readonly claimed?: readonly LiveObject[];
  readonly apiServers?: readonly LiveObject[];
  /** Its addresses and ranges; nobody has asked for them unless they are given. */
  readonly network?: Partial<LiveNetwork>;
}

const list = (items: readonly unknown[]) => JSON.stringify({ apiVersion: "v1", kind: "List", items });

function configMap({ config = {}, configMetadata = {} }: LiveOptions): LiveObject {
  const { data = {}, metadata, ...rest } = recorded("configmap");
  const changed = Object.entries({ ...data, ...config }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return { ...rest, data: Object.fromEntries(changed), metadata: { ...metadata, ...configMetadata } };
}

/** A cluster, read the way the preflight reads it. */
export function liveCluster(options: LiveOptions = {}): ReachableCluster {
  const namespace = recorded("namespace");
  const objects = {
    namespace: { ...namespace, metadata: { ...namespace.metadata, ...(options.uid && { uid: options.uid }) } },
    configmap: configMap(options),
    daemonset: options.daemonSet ?? recorded("daemonset"),
    deployment: recorded("deployment"),
  };
  const present = Object.entries(objects).filter(([name]) => !options.without?.some((each) => each === name));
  const live = parseLiveCluster(
    DEFAULT_SETTINGS.cilium,
    list(present.map(([, object]) => object)),
    list(options.claimed ?? []),
    list(options.apiServers ?? []),
  );
  return options.network === undefined ? live : { ...live, network: { unread: {}, ...options.network } };
}

/** A node with these addresses. */
export function node(name: string, addresses: readonly string[], over: Partial<LiveNode> = {}): LiveNode {
  return { name, addresses, podCIDRs: [], subnets: [], ...over };
}

/** The recorded DaemonSet with another container of the agents. */
export function daemonSetWith(container: object): LiveObject {
  const recordedSet = recorded("daemonset");
  const spec = recordedSet["spec"] as { template: { spec: { containers: readonly object[] } } };
  const [agent = {}] = spec.template.spec.containers;
  const containers = [{ ...agent, ...container }];
  return {
    ...recordedSet,
    spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, containers } } },
  };
}

/** The nth member and its cluster; clusters differ in their UID. */
export function found(n: number, options: LiveOptions = {}, over: Partial<Cluster> = {}): InspectedCluster {
  return { cluster: member(n, over), live: liveCluster({ uid: `uid-${String(n)}`, ...options }) };
}

/** The policy of a stack with default settings. */
export const POLICY: PreflightPolicy = {
  maxConnectedClusters: 255,
  cilium: DEFAULT_SETTINGS.cilium,
  peerSecret: "cilium-clustermesh",
  allow: [],
  peerSecretKeys: ["cluster1", "cluster2", "mesh.ca.crt", "mesh.client.crt", "mesh.client.key"],
  owner: "clustermesh/test",
  recorded: {},
};

/** Entries of `managedFields` in which each manager owns these keys of `data`. */
export function managers(owned: Readonly<Record<string, readonly string[]>>): readonly ManagedFieldsEntry[] {
  return Object.entries(owned).map(([manager, keys]) => ({
    apiVersion: "v1",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:data": Object.fromEntries([".", ...keys].map((key) => [key === "." ? "." : `f:${key}`, {}])) },
    manager,
    operation: "Apply",
  }));
}
