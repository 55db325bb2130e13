import { desiredConfig } from "../../cilium/model/agentConfig";
import type { Cluster } from "../../mesh/model/mesh";
import { error, errors, warning, warnings, type Diagnostic } from "../../mesh/model/diagnostic";
import { CLUSTERMESH_DIRECTORY } from "../../peers/model/peerFile";
import { listed } from "./listed";
import type { BuiltConfig } from "./liveAgent";
import { agentSettings, type ReachableCluster } from "./liveCluster";
import { INVENTORY, NO_SUCH_KIND, type LiveNodeConfig } from "./liveNetwork";
import { masquerading } from "./masquerading";
import type { InspectedCluster, PreflightPolicy } from "./policy";
import { unseen } from "./unseen";
import { unfit } from "./ruledOut";
import { liveSettings } from "./settings";
import { SHARED_SETTINGS, type Settings } from "./settingsTable";

/** A cluster as it would be if all of its nodes had some settings. */
function withSettings({ cluster, live }: InspectedCluster, settings: Settings): InspectedCluster {
  const { config } = live;
  return config === undefined
    ? { cluster, live }
    : { cluster, live: { ...live, config: { ...config, data: { ...config.data, ...settings } } } };
}

const REMOVE = "remove it there";

/** Name and id: agents that have other ones are of another cluster. */
function identityFaults({ cluster }: InspectedCluster, overrides: Settings): readonly Diagnostic[] {
  return Object.entries(desiredConfig(cluster)).flatMap(([property, wanted]) => {
    const value = overrides[property];
    if (value === undefined) return [];
    const other = `is not ${JSON.stringify(wanted)}, which the other agents get`;
    return value === wanted
      ? [warning({ property, value, reason: "stays there when this cluster leaves the mesh", fix: REMOVE })]
      : [error({ property, value, reason: other, fix: REMOVE })];
  });
}

function sharedFaults(base: Settings, changed: Settings, overrides: Settings): readonly Diagnostic[] {
  return SHARED_SETTINGS.filter(
    ({ key, value, matters }) =>
      Object.hasOwn(overrides, key) && value(changed) !== value(base) && (matters(base) || matters(changed)),
  ).map(({ severity, key, value, why }) => {
    const reason = `differs from ${JSON.stringify(value(base))} of the other nodes`;
    return { severity, property: key, value: value(changed), reason, fix: `${why}; ${REMOVE}` };
  });
}

/** Where agents look for peers, and where they write to. */
function placeFaults(base: Settings, overrides: Settings): readonly Diagnostic[] {
  const property = "clustermesh-config";
  const folder = overrides[property];
  const isElsewhere = folder !== undefined && folder.replace(/\/+$/, "") !== CLUSTERMESH_DIRECTORY;
  const elsewhere = `is not ${CLUSTERMESH_DIRECTORY}, where peers' files refer to`;
  const reason = "differs from that of the other nodes";
  const fix = "peers would find nothing of these nodes in an etcd that they do not write to: see that it is the same";
  return [
    ...(isElsewhere ? [error({ property, value: folder, reason: elsewhere, fix: REMOVE })] : []),
    ...["kvstore", "kvstore-opt"]
      .filter((key) => overrides[key] !== undefined && overrides[key] !== base[key])
      .map((key) => warning({ property: key, value: overrides[key], reason, fix })),
  ];
}

/** What would be reported of the cluster if all of its nodes were like these, and is not. */
function clusterFaults(
  each: InspectedCluster,
  overrides: Settings,
  clusters: readonly Cluster[],
  policy: PreflightPolicy,
): readonly Diagnostic[] {
  const judge = (inspected: InspectedCluster) =>
    errors([...unfit(inspected, policy), ...masquerading(inspected, clusters), ...liveSettings(inspected, policy)]);
  const known = new Set(judge(each).map((one) => JSON.stringify(one)));
  return judge(withSettings(each, overrides))
    .filter((one) => !known.has(JSON.stringify(one)))
    .map((one) => ({ ...one, property: one.property.replace(/^live /, ""), fix: REMOVE }));
}

/** Whether agents take this key from a CiliumNodeConfig: their command line and environment come before it. */
function isTaken(key: string, { agent }: ReachableCluster): boolean {
  const { allowed = [], denied = [] } = agent?.built ?? {};
  const mayBeSet = allowed.length > 0 ? allowed.includes(key) : !denied.includes(key);
  return mayBeSet && !Object.hasOwn(agent?.options?.values ?? {}, key);
}

function judgeOne(
  each: InspectedCluster,
  { name, selector, defaults = {} }: LiveNodeConfig,
  clusters: readonly Cluster[],
  policy: PreflightPolicy,
): readonly Diagnostic[] {
  const taken = Object.entries(defaults).filter(([key]) => isTaken(key, each.live));
  const overrides: Settings = Object.fromEntries(taken.map(([key, value]) => [key, value.trim()]));
  const base = agentSettings(each.live) ?? {};
  const changed = { ...base, ...overrides };
  const faults = [
    ...identityFaults(each, overrides),
    ...sharedFaults(base, changed, overrides),
    ...placeFaults(base, overrides),
    ...clusterFaults(each, overrides, clusters, policy),
  ];
  const where = `(nodeSelector ${selector}${selector === "{}" ? ", every node" : ""})`;
  // One for each key: the first error, or else the first warning.
  const told = new Set<string>();
  return [...errors(faults), ...warnings(faults)].flatMap(({ property: key, reason, ...rest }) => {
    if (told.has(key)) return [];
    told.add(key);
    const property = `CiliumNodeConfig ${policy.cilium.namespace}/${name} ${key}`;
    return [{ ...rest, cluster: each.cluster.name, property, reason: `${where} ${reason}` }];
  });
}

/** Whether a source of {@link BuiltConfig} is one that was read. */
function isRead(source: string, { cilium }: PreflightPolicy): boolean {
  const { namespace, configMap } = cilium;
  const own = ["cilium-node-config", "cilium-node-config:", `cilium-node-config:${namespace}`];
  return [`config-map:${configMap}`, `config-map:${namespace}/${configMap}`, ...own].includes(source);
}

const readsNodeConfigs = ({ sources }: BuiltConfig, policy: PreflightPolicy): boolean =>
  sources.length === 0 || sources.some((source) => source.startsWith("cilium-node-config") && isRead(source, policy));

/** Settings by which agents on some nodes are not what those of the cluster are (CiliumNodeConfig). */
export function nodeConfigs(
  each: InspectedCluster,
  clusters: readonly Cluster[],
  policy: PreflightPolicy,
): readonly Diagnostic[] {
  const { cluster, live } = each;
  const { built } = live.agent ?? {};
  const hidden = (why: string) => unseen(cluster.name, "settings of single nodes", why);
  const further = (built?.sources ?? []).filter((source) => !isRead(source, policy));
  const others = further.length === 0 ? [] : [hidden(`agents take them from ${listed(further)}, too`)];
  if (live.network === undefined || (built !== undefined && !readsNodeConfigs(built, policy))) return others;
  const { nodeConfigs: all = [], unread } = live.network;
  const selecting = all.filter(({ selector }) => selector !== "" && selector !== "null");
  const why = unread[INVENTORY.nodeConfigs];
  const odd = selecting.filter(({ defaults }) => defaults === undefined).map(({ name }) => name);
  return [
    ...selecting.flatMap((one) => judgeOne(each, one, clusters, policy)),
    ...(why === undefined || why === NO_SUCH_KIND ? [] : [hidden(`${INVENTORY.nodeConfigs}: ${why}`)]),
    ...odd.map((name) => hidden(`CiliumNodeConfig ${policy.cilium.namespace}/${name} is of another form`)),
    ...others,
  ];
}
