/** The most clusters that one lab can hold; the address plan below is unique up to here. */
export const MAX_CLUSTERS = 50;

/** How many labs can run side by side; each owns one /16 of the loopback network. */
export const MAX_SLOTS = 128;

const FIRST_SLOT_OCTET = 100;

/** Everything about one cluster that follows from its number, decided before anything runs. */
export interface ClusterPlan {
  readonly name: string;
  /** The id that the cluster gets in a mesh; Cilium itself is installed with id 0. */
  readonly id: number;
  /** The loopback address of this machine under which programs find the cluster's servers. */
  readonly ip: string;
  /** The control plane's address in the lab's own network, where the cluster has nodes. */
  readonly controlPlaneIp: string;
  readonly podCIDR: string;
  readonly nodeCIDR: string;
}

/** Ports of a cluster's servers, all on the cluster's own address. */
export interface Ports {
  readonly apiServer: number;
  readonly controllerManager: number;
  readonly scheduler: number;
  readonly ciliumEtcd: EtcdPorts;
  readonly apiEtcd: EtcdPorts;
}

/** Ports of one etcd: clients (TLS), its own raft (TLS), and health (plain http, answers nothing but health and metrics). */
export interface EtcdPorts {
  readonly client: number;
  readonly peer: number;
  readonly health: number;
}

/** The usual ports, or, where something on this machine listens on all addresses, the same ones moved up by `offset`. */
export const portsFrom = (offset: number): Ports => ({
  apiServer: 6443 + offset,
  controllerManager: 10257 + offset,
  scheduler: 10259 + offset,
  ciliumEtcd: { client: 2379 + offset, peer: 2380 + offset, health: 2381 + offset },
  apiEtcd: { client: 2389 + offset, peer: 2390 + offset, health: 2391 + offset },
});

/** All ports of a cluster in one list. */
export const allPorts = ({ apiServer, controllerManager, scheduler, ciliumEtcd, apiEtcd }: Ports): number[] => [
  apiServer,
  controllerManager,
  scheduler,
  ...Object.values<number>({ ...ciliumEtcd }),
  ...Object.values<number>({ ...apiEtcd }),
];

/** A node of a cluster, decided before anything runs. */
export interface NodePlan {
  /** `node1`, `node2`, …, in every cluster. */
  readonly name: string;
  readonly ip: string;
}

/** The most nodes that one cluster of the lab can have. */
export const MAX_NODES = 20;

/**
 * The plan of node `number` (from 1) of a cluster, like the article's: 10.1.1.11, 10.1.1.12, …
 * @throws Error when the number is outside of the plan.
 */
export function planNode(cluster: ClusterPlan, number: number): NodePlan {
  if (!Number.isInteger(number) || number < 1 || number > MAX_NODES) {
    throw new Error(`${cluster.name}, node number ${number}: a cluster of the lab has 1 to ${MAX_NODES} nodes`);
  }
  return { name: `node${number}`, ip: cluster.controlPlaneIp.replace(/\.1$/, `.${10 + number}`) };
}

/** Address of cluster `number` (from 1) in a lab's slot: 127.<100 + slot>.<number>.1. */
export const clusterAddress = (slot: number, number: number): string => `127.${FIRST_SLOT_OCTET + slot}.${number}.1`;

/**
 * The plan of cluster `number` (from 1): names, ids and ranges like the article's (10.60.0.0/16, 10.70.0.0/16, …), all unique.
 * The cluster is configured with the ranges; only nodes will carry them.
 * @throws Error when the number or slot is outside of the plan.
 */
export function planCluster(slot: number, number: number): ClusterPlan {
  if (!Number.isInteger(number) || number < 1 || number > MAX_CLUSTERS) {
    throw new Error(`cluster number ${number}: a lab holds 1 to ${MAX_CLUSTERS} clusters`);
  }
  if (!Number.isInteger(slot) || slot < 0 || slot >= MAX_SLOTS) {
    throw new Error(`lab slot ${slot}: must be from 0 to ${MAX_SLOTS - 1}`);
  }
  const [decade, unit] = [(number - 1) % 20, Math.floor((number - 1) / 20)];
  return {
    name: `cluster${number}`,
    id: 100 + number,
    ip: clusterAddress(slot, number),
    controlPlaneIp: `10.${number}.${number}.1`,
    podCIDR: `10.${60 + decade * 10 + unit}.0.0/16`,
    nodeCIDR: `10.${number}.${number}.0/24`,
  };
}
