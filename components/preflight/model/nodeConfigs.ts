import { desiredConfig } from "../../cilium/model/agentConfig";
import type { Cluster } from "../../mesh/model/mesh";
import type { Problem } from "../../mesh/model/problem";
import { CLUSTERMESH_DIRECTORY } from "../../peers/model/peerFile";
import { findings, listed, together, type Findings } from "./findings";
import type { BuiltConfig } from "./liveAgent";
import { agentSettings, type ReachableCluster } from "./liveCluster";
import { INVENTORY, NO_SUCH_KIND, type LiveNodeConfig } from "./liveNetwork";
import { masquerading } from "./masquerading";
import type { InspectedCluster, PreflightPolicy } from "./policy";
import { unfit } from "./ruledOut";
import { liveSettings } from "./settings";
import { SHARED_SETTINGS, type Settings } from "./settingsTable";

/** Something that is wrong with one key. */
type Fault = Omit<Problem, "cluster" | "property"> & { readonly key: string };

interface Faults {
  readonly problems: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** A cluster as it would be if all of its nodes had some settings. */
function withSettings({ cluster, live }: InspectedCluster, settings: Settings): InspectedCluster {
  const { config } = live;
  return config === undefined
    ? { cluster, live }
    : { cluster, live: { ...live, config: { ...config, data: { ...config.data, ...settings } } } };
}

const REMOVE = "remove it there";

/** Name and id: agents that have other ones are of another cluster. */
function identityFaults({ cluster }: InspectedCluster, overrides: Settings): Faults {
  const set = Object.entries(desiredConfig(cluster)).flatMap(([key, wanted]) =>
    overrides[key] === undefined ? [] : [{ key, wanted, value: overrides[key] }],
  );
  return {
    problems: set
      .filter(({ value, wanted }) => value !== wanted)
      .map(({ key, value, wanted }) => {
        return { key, value, reason: `is not ${JSON.stringify(wanted)}, which the other agents get`, fix: REMOVE };
      }),
    warnings: set
      .filter(({ value, wanted }) => value === wanted)
      .map(({ key, value }) => {
        return { key, value, reason: "stays there when this cluster leaves the mesh", fix: REMOVE };
      }),
  };
}

/** Settings that all clusters share. */
function sharedFaults(base: Settings, changed: Settings, overrides: Settings): Faults {
  const differing = SHARED_SETTINGS.filter(
    ({ key, value, matters }) =>
      Object.hasOwn(overrides, key) && value(changed) !== value(base) && (matters(base) || matters(changed)),
  );
  const of = (kind: (typeof SHARED_SETTINGS)[number]["kind"]): readonly Fault[] =>
    differing
      .filter((each) => each.kind === kind)
      .map(({ key, value, why }) => {
        const reason = `differs from ${JSON.stringify(value(base))} of the other nodes`;
        return { key, value: value(changed), reason, fix: `${why}; ${REMOVE}` };
      });
  return { problems: of("problem"), warnings: of("warning") };
}

/** Where agents look for peers, and where they write to. */
function placeFaults(base: Settings, overrides: Settings): Faults {
  const { "clustermesh-config": folder } = overrides;
  const isElsewhere = folder !== undefined && folder.replace(/\/+$/, "") !== CLUSTERMESH_DIRECTORY;
  const reason = `is not ${CLUSTERMESH_DIRECTORY}, where peers' files refer to`;
  return {
    problems: isElsewhere ? [{ key: "clustermesh-config", value: folder, reason, fix: REMOVE }] : [],
    warnings: ["kvstore", "kvstore-opt"]
      .filter((key) => overrides[key] !== undefined && overrides[key] !== base[key])
      .map((key) => ({
        key,
        value: overrides[key],
        reason: "differs from that of the other nodes",
        fix: "peers would find nothing of these nodes in an etcd that they do not write to: see that it is the same",
      })),
  };
}

/** What would be told of the cluster if all of its nodes were like these, and is not told of it. */
function clusterFaults(
  each: InspectedCluster,
  overrides: Settings,
  clusters: readonly Cluster[],
  policy: PreflightPolicy,
): Faults {
  const judge = (inspected: InspectedCluster) => [
    ...unfit(inspected, policy),
    ...masquerading(inspected, clusters).problems,
    ...liveSettings(inspected, policy),
  ];
  const known = new Set(judge(each).map((problem) => JSON.stringify(problem)));
  const problems = judge(withSettings(each, overrides))
    .filter((problem) => !known.has(JSON.stringify(problem)))
    .map(({ property, value, reason }) => ({ key: property.replace(/^live /, ""), value, reason, fix: REMOVE }));
  return { problems, warnings: [] };
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
): Findings {
  const taken = Object.entries(defaults).filter(([key]) => isTaken(key, each.live));
  const overrides: Settings = Object.fromEntries(taken.map(([key, value]) => [key, value.trim()]));
  const base = agentSettings(each.live) ?? {};
  const changed = { ...base, ...overrides };
  const faults = [
    identityFaults(each, overrides),
    sharedFaults(base, changed, overrides),
    placeFaults(base, overrides),
    clusterFaults(each, overrides, clusters, policy),
  ];
  const told = new Set<string>();
  const say = (some: readonly Fault[]): readonly Problem[] =>
    some.flatMap(({ key, reason, ...rest }) => {
      if (told.has(key)) return [];
      told.add(key);
      return [
        {
          cluster: each.cluster.name,
          property: `CiliumNodeConfig ${policy.cilium.namespace}/${name} ${key}`,
          ...rest,
          reason: `(nodeSelector ${selector}${selector === "{}" ? ", every node" : ""}) ${reason}`,
        },
      ];
    });
  const problems = say(faults.flatMap((some) => some.problems));
  return findings({ problems, warnings: say(faults.flatMap((some) => some.warnings)) });
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
export function nodeConfigs(each: InspectedCluster, clusters: readonly Cluster[], policy: PreflightPolicy): Findings {
  const { cluster, live } = each;
  const { built } = live.agent ?? {};
  const unseen = (why: string) => ({ cluster: cluster.name, what: "settings of single nodes", why });
  const further = (built?.sources ?? []).filter((source) => !isRead(source, policy));
  const others = further.length === 0 ? [] : [unseen(`agents take them from ${listed(further)}, too`)];
  if (live.network === undefined || (built !== undefined && !readsNodeConfigs(built, policy))) {
    return findings({ unseen: others });
  }
  const { nodeConfigs: all = [], unread } = live.network;
  const selecting = all.filter(({ selector }) => selector !== "" && selector !== "null");
  const why = unread[INVENTORY.nodeConfigs];
  const odd = selecting.filter(({ defaults }) => defaults === undefined).map(({ name }) => name);
  return together([
    ...selecting.map((one) => judgeOne(each, one, clusters, policy)),
    findings({
      unseen: [
        ...(why === undefined || why === NO_SUCH_KIND ? [] : [unseen(`${INVENTORY.nodeConfigs}: ${why}`)]),
        ...odd.map((name) => unseen(`CiliumNodeConfig ${policy.cilium.namespace}/${name} is of another form`)),
        ...others,
      ],
    }),
  ]);
}
