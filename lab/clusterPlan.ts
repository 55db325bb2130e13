/** The most clusters that one lab can hold; the address plan below is unique up to here. */
export const MAX_CLUSTERS = 50;

/** How many labs can run side by side; each owns one /16 of the loopback network. */
export const MAX_SLOTS = 128;

const FIRST_SLOT_OCTET = 100;

export type IpFamily = "ipv4" | "ipv6";

/** What a cluster has of one IP family. */
export interface ClusterRanges {
  /** The control plane's address in the lab's own network, where the cluster has nodes. */
  readonly controlPlaneIp: string;
  readonly podCIDR: string;
  readonly nodeCIDR: string;
}

/** Everything about one cluster that follows from its number, decided before anything runs. */
export interface ClusterPlan extends Readonly<Record<IpFamily, ClusterRanges>> {
  readonly name: string;
  /** The id that the cluster gets in a mesh; Cilium itself is installed with id 0. */
  readonly id: number;
  /** The loopback address of this machine under which programs find the cluster's servers. */
  readonly ip: string;
}

/** The range of Services, the same in every cluster. */
export const SERVICE_CIDR: Readonly<Record<IpFamily, string>> = { ipv4: "10.96.0.0/16", ipv6: "fd00:96::/112" };

/** What every range of the lab is in. */
export const LAB_CIDR: Readonly<Record<IpFamily, string>> = { ipv4: "10.0.0.0/8", ipv6: "fd00::/16" };

/** How long the prefix is of the range of one node's pods. */
export const NODE_PODS_PREFIX: Readonly<Record<IpFamily, number>> = { ipv4: 24, ipv6: 64 };

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

/** A node of a cluster, with its address of each IP family, decided before anything runs. */
export interface NodePlan extends Readonly<Record<IpFamily, string>> {
  /** `node1`, `node2`, …, in every cluster. */
  readonly name: string;
}

/** The most nodes that one cluster of the lab can have. */
export const MAX_NODES = 20;

/**
 * The plan of node `number` (from 1) of a cluster, like the article's: 10.1.1.11, 10.1.1.12, …; and fd00:1::11, fd00:1::12, ….
 * @throws Error when the number is outside of the plan.
 */
export function planNode(cluster: ClusterPlan, number: number): NodePlan {
  if (!Number.isInteger(number) || number < 1 || number > MAX_NODES) {
    throw new Error(`${cluster.name}, node number ${number}: a cluster of the lab has 1 to ${MAX_NODES} nodes`);
  }
  const after = ({ controlPlaneIp }: ClusterRanges): string => controlPlaneIp.replace(/1$/, String(10 + number));
  return { name: `node${number}`, ipv4: after(cluster.ipv4), ipv6: after(cluster.ipv6) };
}

/** Address of cluster `number` (from 1) in a lab's slot: 127.<100 + slot>.<number>.1. */
export const clusterAddress = (slot: number, number: number): string => `127.${FIRST_SLOT_OCTET + slot}.${number}.1`;

/**
 * The plan of cluster `number` (from 1): names, ids and ranges like the article's (10.60.0.0/16, 10.70.0.0/16, …), all unique. Those of IPv6
 * have the second number of those of IPv4 (fd00:60::/56, fd00:70::/56, …).
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
  const pods = 60 + decade * 10 + unit;
  return {
    name: `cluster${number}`,
    id: 100 + number,
    ip: clusterAddress(slot, number),
    ipv4: {
      controlPlaneIp: `10.${number}.${number}.1`,
      podCIDR: `10.${pods}.0.0/16`,
      nodeCIDR: `10.${number}.${number}.0/24`,
    },
    ipv6: { controlPlaneIp: `fd00:${number}::1`, podCIDR: `fd00:${pods}::/56`, nodeCIDR: `fd00:${number}::/64` },
  };
}
