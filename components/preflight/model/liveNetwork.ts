import { z } from "zod";
import type { NodeState } from "../../apiserver/model/entryNodes";
import { attempt } from "../../basics/model/attempt";

/** A node, by its CiliumNode. */
export interface LiveNode {
  readonly name: string;
  /** As the other nodes reach it: `InternalIP`, or `ExternalIP` where there is none. */
  readonly addresses: readonly string[];
  /** As it is reached from other networks (`ExternalIP`); absent where it has no such address. */
  readonly externalIPs?: readonly string[];
  /** What its pods get addresses from, where the node itself has ranges. */
  readonly podCIDRs: readonly string[];
  /** Subnets of the cloud that its pods get addresses from (ENI, Azure, Alibaba Cloud). */
  readonly subnets: readonly string[];
  /** The cloud's network that these are in. */
  readonly vpc?: string;
}

/** A pod that no controller with a template has made, as the pods of an API server are. */
export interface StaticPod {
  readonly name: string;
  readonly nodeName?: string;
  readonly containers: readonly { readonly command: readonly string[]; readonly args: readonly string[] }[];
  readonly hosts: readonly string[];
}

/** A CiliumNodeConfig: settings that agents on some nodes have instead of those in `cilium-config`. */
export interface LiveNodeConfig {
  readonly name: string;
  /** Its node selector, as JSON; empty where it has none, and so selects no node. */
  readonly selector: string;
  /** Absent where it is of another form. */
  readonly defaults?: Readonly<Record<string, string>>;
}

/** An IPsec key, as far as it may be shown: its number, and a digest to compare it by. */
export interface IPsecKey {
  readonly id: string;
  readonly digest: string;
}

/** Addresses and ranges that a cluster really has. What could not be read is absent, and in `unread`. */
export interface LiveNetwork {
  readonly nodes?: readonly LiveNode[];
  /** What Kubernetes says of them, by name, where that decides how peers reach a clustermesh-apiserver; absent where nobody has asked. */
  readonly nodeStates?: ReadonlyMap<string, NodeState>;
  /** The nodes with a pod of clustermesh-apiserver, where only these answer; absent where nobody has asked. */
  readonly serving?: ReadonlySet<string>;
  readonly serviceCIDRs?: readonly string[];
  /** Out of which Kubernetes gives nodes their ranges, where pods of a kube-controller-manager show it. */
  readonly clusterCIDRs?: readonly string[];
  /** The ranges of CiliumPodIPPools, in multi-pool mode. */
  readonly podPools?: readonly string[];
  /** Where the ip-masq-agent masquerades nothing. */
  readonly nonMasqueradeCIDRs?: readonly string[];
  readonly ipsecKey?: IPsecKey;
  /** In the namespace of Cilium. */
  readonly nodeConfigs?: readonly LiveNodeConfig[];
  /** What could not be read, and why, e.g. `ciliumnodes.cilium.io`. */
  readonly unread: Readonly<Record<string, string>>;
}

/** The kinds of {@link INVENTORY_PATH}'s lines, as kubectl reads them. */
export const INVENTORY = {
  pods: "pods",
  nodes: "ciliumnodes.cilium.io",
  services: "servicecidrs.networking.k8s.io",
  nodeConfigs: "ciliumnodeconfigs.cilium.io",
} as const;

/** Why a kind is in {@link LiveNetwork.unread} that a cluster does not have: there is nothing of it. */
export const NO_SUCH_KIND = "this cluster has no such kind";

/**
 * Pods that belong to no DaemonSet, StatefulSet, Deployment or Job: those of an API server are among them whatever their labels, and in a large
 * cluster there are few others.
 */
export const STATIC_PODS =
  "!controller-revision-hash,!pod-template-hash,!job-name,k8s-app!=kube-proxy,component!=kube-proxy";

const SEPARATOR = "\t";
/** Between a command and its arguments, and between containers: JSON never has it as it is. */
const PART = "\r";

/**
 * A line for each object, with nothing of it but what is read here: thousands of nodes are some hundred bytes each. Fields that a kind does not
 * have are empty.
 */
export const INVENTORY_PATH = `{range .items[*]}${[
  "{.kind}",
  "{.metadata.name}",
  '{range .spec.containers[*]}{.command}{"\\r"}{.args}{"\\r"}{end}',
  "{.status.hostIP} {.status.hostIPs[*].ip}",
  "{.spec.nodeName}",
  "{.spec.addresses}",
  "{.spec.ipam.podCIDRs} {.spec.ipam.pools.allocated[*].cidrs}",
  "{.status.eni.enis.*.subnet.cidr} {.status.azure.interfaces[*].cidr} {.status.alibaba-cloud.enis.*.vswitch.cidr}",
  "{.spec.eni.vpc-id}{.spec.alibaba-cloud.vpc-id}",
  "{.spec.cidrs}",
  "{.spec.defaults}",
  "{.spec.nodeSelector}",
].join('{"\\t"}')}{"\\n"}{end}`;

/** The ranges in a text, whatever stands between them. */
export const cidrsIn = (text: string): readonly string[] => [...new Set(text.match(/[0-9a-fA-F:.]+\/\d{1,3}/g) ?? [])];

const words = (text: string): readonly string[] => [...new Set(text.match(/\S+/g) ?? [])];

const strings = z.array(z.string()).catch([]);
const texts = z.record(z.string(), z.string());
const addressList = z.array(z.object({ type: z.string(), ip: z.string() })).catch([]);

const json = (text: string): unknown => attempt(() => JSON.parse(text) as unknown);

function containersIn(text: string): StaticPod["containers"] {
  const parts = text.split(PART).map((part) => strings.parse(json(part)));
  return Array.from({ length: Math.floor(parts.length / 2) }, (_, index) => ({
    command: parts[2 * index] ?? [],
    args: parts[2 * index + 1] ?? [],
  }));
}

function nodeAddresses(text: string): Pick<LiveNode, "addresses" | "externalIPs"> {
  const all = addressList.parse(json(text));
  const of = (type: string) => all.flatMap((each) => (each.type === type ? [each.ip] : []));
  const [internal, external] = [of("InternalIP"), of("ExternalIP")];
  return {
    addresses: internal.length > 0 ? internal : external,
    ...(external.length > 0 ? { externalIPs: external } : {}),
  };
}

/** What the lines of {@link INVENTORY_PATH} hold. */
export interface InventoryLines {
  readonly pods: readonly StaticPod[];
  readonly nodes: readonly LiveNode[];
  readonly serviceCIDRs: readonly string[];
  readonly nodeConfigs: readonly LiveNodeConfig[];
}

function nodeConfig(name: string, defaults: string, selector: string): LiveNodeConfig {
  const read = texts.safeParse(defaults === "" ? {} : json(defaults));
  return { name, selector, ...(read.success ? { defaults: read.data } : {}) };
}

/** Reads what kubectl prints for {@link INVENTORY_PATH}. Lines of another form are left out. */
export function parseInventory(text: string): InventoryLines {
  const lines = text.split("\n").map((line) => line.split(SEPARATOR));
  const of = (kind: string) => lines.filter((fields) => fields[0] === kind && fields.length === 12);
  return {
    pods: of("Pod").map(([, name = "", containers = "", hosts = "", nodeName = ""]) => ({
      name,
      containers: containersIn(containers),
      hosts: words(hosts),
      ...(nodeName === "" ? {} : { nodeName }),
    })),
    nodes: of("CiliumNode").map(([, name = "", , , , addresses = "", pods = "", subnets = "", vpc = ""]) => ({
      name,
      ...nodeAddresses(addresses),
      podCIDRs: cidrsIn(pods),
      subnets: cidrsIn(subnets),
      ...(vpc === "" ? {} : { vpc }),
    })),
    serviceCIDRs: [...new Set(of("ServiceCIDR").flatMap((fields) => cidrsIn(fields[9] ?? "")))],
    nodeConfigs: of("CiliumNodeConfig").map((fields) =>
      nodeConfig(fields[1] ?? "", fields[10] ?? "", fields[11] ?? ""),
    ),
  };
}
