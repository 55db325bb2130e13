import { createHash } from "node:crypto";
import { lastLine } from "../basics/model/lastLine";
import { present } from "../basics/model/own";
import { isOn } from "../cilium/model/agentBoolean";
import { CLUSTER_LABEL, IDENTITIES, identitiesIn, IDENTITY_LINES } from "../cilium/model/ciliumIdentities";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { ClusterReads, ListOptions } from "../kubernetes/clusterApi";
import { KubectlError } from "../kubernetes/kubectlError";
import { parseList } from "../kubernetes/model/liveObject";
import { nodeRanges, serviceRanges } from "./model/apiServerFlags";
import { lastIPsecKey } from "./model/ipsecKey";
import { agentSettings, type LiveIdentities, type ReachableCluster } from "./model/liveCluster";
import {
  cidrsIn,
  INVENTORY,
  INVENTORY_PATH,
  NO_SUCH_KIND,
  parseInventory,
  STATIC_PODS,
  type LiveNetwork,
  type StaticPod,
} from "./model/liveNetwork";
import { masqueradeExceptions } from "./model/masqueradeExceptions";

type Reads = Pick<ClusterReads, "listByTemplate" | "objects">;

/** What was read of a cluster's pods, nodes and Services, and what could not be. */
export interface Inventory {
  readonly pods: readonly StaticPod[];
  readonly network: LiveNetwork;
}

const NO_RESOURCE = /doesn't have a resource type "([^"]+)"/;
const FORBIDDEN = /\(Forbidden\): (\S+) is forbidden/g;

/** Why kubectl has not printed everything, by the kind that it is about; nothing where that is another reason. */
function refusedKinds(words: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...words.matchAll(FORBIDDEN)].map((match) => [match[1] ?? "", "reading it is forbidden"]));
}

interface Lines {
  readonly text: string;
  readonly unread: Readonly<Record<string, string>>;
}

/** Reads objects of several kinds at once. A kind that the cluster does not have, or does not show, is left out and named. */
async function readKinds(api: Reads, all: readonly string[], where: ListOptions): Promise<Lines> {
  let kinds = all;
  let unread: Readonly<Record<string, string>> = {};
  while (kinds.length > 0) {
    const { found: text, refused: words } = await api.listByTemplate(kinds, where, INVENTORY_PATH);
    const missing = words === undefined ? undefined : NO_RESOURCE.exec(words)?.[1];
    const absent = kinds.find((kind) => missing !== undefined && kind.split(".")[0] === missing.split(".")[0]);
    if (absent === undefined) {
      const refused = words === undefined ? {} : refusedKinds(words);
      if (words !== undefined && Object.keys(refused).length === 0) throw new KubectlError(words);
      return { text, unread: { ...unread, ...refused } };
    }
    unread = { ...unread, [absent]: NO_SUCH_KIND };
    kinds = kinds.filter((kind) => kind !== absent);
  }
  return { text: "", unread };
}

const KUBE_SYSTEM = "kube-system";

/**
 * Reads pods, nodes, ranges of Services and settings of single nodes: at once where Cilium is in `kube-system`, as the pods of API servers are.
 *
 * @throws KubectlError where the reason is another than that a kind is not there or not shown, and asking again may help.
 */
export async function readInventory(api: Reads, namespace = KUBE_SYSTEM): Promise<Inventory> {
  const { nodeConfigs, ...others } = INVENTORY;
  const isNear = namespace === KUBE_SYSTEM;
  const kinds = [...Object.values(others), ...(isNear ? [nodeConfigs] : [])];
  const near = await readKinds(api, kinds, { namespace: KUBE_SYSTEM, selector: STATIC_PODS });
  const far = isNear ? { text: "", unread: {} } : await readKinds(api, [nodeConfigs], { namespace });
  return inventoryOf(`${near.text}\n${far.text}`, { ...near.unread, ...far.unread });
}

function inventoryOf(text: string, unread: LiveNetwork["unread"]): Inventory {
  const { pods, nodes, serviceCIDRs, nodeConfigs } = parseInventory(text);
  const flagged = pods.flatMap(({ containers }) => containers.flatMap(serviceRanges));
  const ranges = [...new Set([...serviceCIDRs, ...flagged])];
  const clusterCIDRs = [...new Set(pods.flatMap(({ containers }) => containers.flatMap(nodeRanges)))];
  const isRead = (kind: string) => !Object.hasOwn(unread, kind);
  const network = {
    ...(isRead(INVENTORY.nodes) ? { nodes } : {}),
    ...(isRead(INVENTORY.nodeConfigs) ? { nodeConfigs } : {}),
    ...(ranges.length > 0 ? { serviceCIDRs: ranges } : {}),
    ...(clusterCIDRs.length > 0 ? { clusterCIDRs } : {}),
    unread,
  };
  const addresses = new Map(nodes.map((node) => [node.name, node.addresses]));
  const known = pods.map((pod) => ({
    ...pod,
    hosts: [...new Set([...pod.hosts, ...(addresses.get(pod.nodeName ?? "") ?? [])])],
  }));
  return { pods: known, network };
}

/** Pods as `kubectl get -o json` prints them. */
export function podsJson(pods: readonly StaticPod[]): string {
  const items = pods.map(({ name, containers, hosts }) => ({
    kind: "Pod",
    metadata: { name, uid: "" },
    spec: { containers },
    status: { hostIPs: hosts.map((ip) => ({ ip })) },
  }));
  return JSON.stringify({ items });
}

const MASQUERADE_CONFIG = "ip-masq-agent";
const IPSEC_SECRET = "cilium-ipsec-keys";
const POOLS = "ciliumpodippools.cilium.io";
const POOL_RANGES = "{.items[*].spec.ipv4.cidrs} {.items[*].spec.ipv6.cidrs}";
const NO_OBJECTS = '{"items":[]}';

async function readPools(api: Reads): Promise<string> {
  const { found, refused } = await api.listByTemplate([POOLS], {}, POOL_RANGES);
  if (refused !== undefined) throw new KubectlError(refused);
  return found;
}

/**
 * Reads what only some clusters have: the IPsec key where they encrypt with one, the ip-masq-agent's ranges, the pools of multi-pool mode. A
 * cluster that has none of them is asked nothing. Of the key only its number and a digest are kept.
 */
export async function readFurther(
  api: Reads,
  cilium: CiliumObjects,
  live: ReachableCluster,
): Promise<Partial<LiveNetwork>> {
  const settings = agentSettings(live) ?? {};
  const secret = live.agent?.ipsecSecret ?? IPSEC_SECRET;
  const encrypts = isOn(settings["enable-ipsec"]);
  const masquerades = isOn(settings["enable-ip-masq-agent"]);
  const objects = [
    ...(encrypts ? [`secret/${secret}`] : []),
    ...(masquerades ? [`configmap/${MASQUERADE_CONFIG}`] : []),
  ];
  const attempt = async (asked: Promise<string>) => {
    try {
      return { text: await asked };
    } catch (error) {
      if (!(error instanceof KubectlError) || error.failure !== "final") throw error;
      return { text: NO_OBJECTS, failed: lastLine(error.message) };
    }
  };
  const found = objects.length === 0 ? { text: NO_OBJECTS } : await attempt(api.objects(objects, cilium.namespace));
  const pools = settings["ipam"] === "multi-pool" ? await attempt(readPools(api)) : undefined;
  const [keys, exceptions] = [
    find(found.text, "Secret", secret)?.["keys"],
    find(found.text, "ConfigMap", MASQUERADE_CONFIG)?.["config"],
  ];
  const key = keys === undefined ? undefined : lastIPsecKey(Buffer.from(keys, "base64").toString(), digest);
  const lacksKey = encrypts && found.failed === undefined && key === undefined;
  const failed = present({
    ...Object.fromEntries(objects.map((object) => [object, found.failed])),
    ...(lacksKey ? { [`secret/${secret}`]: "has no readable key" } : {}),
    [POOLS]: pools?.failed,
  });
  return present({
    ipsecKey: key,
    nonMasqueradeCIDRs: masquerades && found.failed === undefined ? masqueradeExceptions(exceptions) : undefined,
    podPools: pools === undefined || pools.failed !== undefined ? undefined : cidrsIn(pools.text),
    unread: { ...live.network?.unread, ...failed },
  });
}

/** The identities in CRDs that carry a cluster's name: those of a cluster that has none of that kind are none. */
export async function readIdentities(api: Reads, name: string): Promise<LiveIdentities> {
  const { found, refused } = await api.listByTemplate(
    [IDENTITIES],
    { selector: `${CLUSTER_LABEL}=${name}` },
    IDENTITY_LINES,
  );
  if (refused === undefined || NO_RESOURCE.test(refused)) {
    return { kind: "read", numbers: identitiesIn(found).map(({ number }) => number) };
  }
  return { kind: "unread", reason: Object.values(refusedKinds(refused))[0] ?? lastLine(refused) };
}

function find(text: string, kind: string, name: string): Readonly<Record<string, string>> | undefined {
  return parseList(text).find((each) => each.kind === kind && each.metadata.name === name)?.data;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
