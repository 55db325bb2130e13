import type { IpFamily } from "../clusterPlan";

/**
 * Where a cluster keeps its identities, and how it publishes its state to a mesh:
 * - `kvstore`: in an etcd of Cilium's own, which peers open;
 * - `apiserver`: in CustomResourceDefinitions, through clustermesh-apiserver; agents read peers directly;
 * - `kvstoremesh`: as `apiserver`, and its agents read peers from KVStoreMesh.
 */
export const CILIUM_MODES = ["kvstore", "apiserver", "kvstoremesh"] as const;
export type CiliumMode = (typeof CILIUM_MODES)[number];

/** A cluster's name and id as Cilium has them. */
export interface ClusterIdentity {
  readonly name: string;
  readonly id: number;
}

/** How packets get from node to node: in VXLAN, or as they are, by routes to the pods of each node. The chart's words (`routingMode`). */
export const ROUTINGS = ["tunnel", "native"] as const;
export type Routing = (typeof ROUTINGS)[number];

/** The IP families of a cluster's pods, Services and nodes. */
export const IP_FAMILIES = ["ipv4", "dual-stack", "ipv6"] as const;
export type IpFamilies = (typeof IP_FAMILIES)[number];

/** IP families one by one, the primary one first. */
export type Families = readonly [IpFamily, ...IpFamily[]];

const FAMILIES: Readonly<Record<IpFamilies, Families>> = {
  ipv4: ["ipv4"],
  "dual-stack": ["ipv4", "ipv6"],
  ipv6: ["ipv6"],
};
/** The IP families that a cluster has. */
export const familiesOf = (ipFamilies: IpFamilies): Families => FAMILIES[ipFamilies];

/** How Cilium is installed in a cluster. */
export interface CiliumSetup {
  readonly mode: CiliumMode;
  readonly identity: ClusterIdentity;
  readonly routing: Routing;
  /** Whether Cilium serves Services to the node itself too. The lab has no kube-proxy: without it, nobody does. */
  readonly kubeProxyReplacement: boolean;
  readonly ipFamilies: IpFamilies;
}

/** What Cilium's chart has where nobody says otherwise. */
export const DEFAULT_IDENTITY: ClusterIdentity = { name: "default", id: 0 };

/** Whether the cluster has a clustermesh-apiserver, and no etcd of Cilium's own. */
export const hasApiserver = (mode: CiliumMode): boolean => mode !== "kvstore";

/** Peers reach clustermesh-apiserver by a NodePort, which needs it. */
export const defaultKubeProxyReplacement = (mode: CiliumMode): boolean => hasApiserver(mode);

/** The setup of a cluster for which none is asked. */
export const DEFAULT_SETUP: CiliumSetup = {
  mode: "kvstore",
  identity: DEFAULT_IDENTITY,
  routing: "tunnel",
  kubeProxyReplacement: false,
  ipFamilies: "ipv4",
};

const identityText = ({ name, id }: ClusterIdentity): string => `${name}:${id}`;

/** A setup in a few words, such as `mode kvstoremesh, identity west:1, tunnel routing, with kube-proxy replacement, ipv4`. */
export const describeSetup = ({ mode, identity, routing, kubeProxyReplacement, ipFamilies }: CiliumSetup): string =>
  [
    `mode ${mode}`,
    `identity ${identityText(identity)}`,
    `${routing} routing`,
    `${kubeProxyReplacement ? "with" : "without"} kube-proxy replacement`,
    ipFamilies,
  ].join(", ");

const NAME = /^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/;
const MAX_ID = 255;

/** Why Cilium would refuse such an identity; `undefined` where it would not. */
export function identityFault({ name, id }: ClusterIdentity): string | undefined {
  if (!NAME.test(name)) {
    return 'use 1 to 32 lower-case letters, digits and "-" as name, beginning and ending with a letter or digit';
  }
  if (!Number.isInteger(id) || id < 0 || id > MAX_ID) return `use an id from 0 to ${MAX_ID}`;
  return name === DEFAULT_IDENTITY.name && id !== 0 ? `"${name}" has id 0 alone; give the cluster a name` : undefined;
}

/** What may be asked of how Cilium is installed. */
export interface AskedSetups {
  /** The mode of each cluster, or one for all. @default "kvstore" */
  readonly modes?: readonly CiliumMode[];
  /** Name and id with which Cilium is installed in each cluster. @default "default" and 0, as by Cilium's chart */
  readonly identities?: readonly (ClusterIdentity | undefined)[];
  /** How packets get from node to node, in all clusters. @default "tunnel", as by Cilium's chart */
  readonly routing?: Routing;
  /** Whether Cilium replaces kube-proxy, in all clusters. @default where there is a clustermesh-apiserver */
  readonly kubeProxyReplacement?: boolean;
  /** The IP families of pods, Services and nodes, in all clusters. @default "ipv4", as by Cilium's chart */
  readonly ipFamilies?: IpFamilies;
}

function checkCounts(clusters: number, { modes = [], identities = [] }: AskedSetups): void {
  if (modes.length > 1 && modes.length !== clusters) {
    throw new Error(`modes: ${modes.join(", ")}; give one for all, or one for each of the ${clusters} clusters`);
  }
  if (identities.length > 0 && identities.length !== clusters) {
    throw new Error(`identities: ${identities.length} given; give one for each of the ${clusters} clusters`);
  }
}

/**
 * The setup of each of so many clusters.
 * @throws Error that names what does not fit.
 */
export function setupsOf(clusters: number, asked: AskedSetups = {}): readonly CiliumSetup[] {
  checkCounts(clusters, asked);
  const { modes = [], identities = [], routing = DEFAULT_SETUP.routing, ipFamilies = DEFAULT_SETUP.ipFamilies } = asked;
  return Array.from({ length: clusters }, (_, index) => {
    const mode = (modes.length > 1 ? modes[index] : modes[0]) ?? DEFAULT_SETUP.mode;
    const identity = identities[index] ?? DEFAULT_IDENTITY;
    const fault = identityFault(identity);
    if (fault !== undefined) throw new Error(`identity ${JSON.stringify(identityText(identity))}: ${fault}`);
    const kubeProxyReplacement = asked.kubeProxyReplacement ?? defaultKubeProxyReplacement(mode);
    if (hasApiserver(mode) && !kubeProxyReplacement) {
      throw new Error(
        `kubeProxyReplacement: false; mode ${mode} needs it, for nobody else serves clustermesh-apiserver's NodePort: leave it out`,
      );
    }
    return { mode, identity, routing, kubeProxyReplacement, ipFamilies };
  });
}
