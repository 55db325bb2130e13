import { isOn } from "../../cilium/model/agentBoolean";
import type { Problem } from "../../mesh/model/problem";
import { commonValue } from "./commonValue";
import { listed, type Findings } from "./findings";
import { ipsecKeys } from "./ipsecKeys";
import { agentSettings } from "./liveCluster";
import type { InspectedCluster } from "./policy";
import { COMPARED_SETTINGS, SHARED_SETTINGS, type Settings, type SharedSetting } from "./settingsTable";

interface Configured {
  readonly cluster: string;
  readonly settings: Settings;
}

/** A line for each cluster that differs from the most common value. */
function differing(setting: SharedSetting, clusters: readonly Configured[]): readonly Problem[] {
  const before = SHARED_SETTINGS.filter(({ key }) => key !== setting.key && setting.after?.includes(key) === true);
  const explained = new Set(before.flatMap((each) => differing(each, clusters)).map(({ cluster }) => cluster));
  const open = clusters.filter(({ cluster }) => !explained.has(cluster));
  const values = open.map(({ cluster, settings }) => ({ cluster, value: setting.value(settings) }));
  const reference = commonValue(values);
  return open.some(({ settings }) => setting.matters(settings))
    ? values
        .filter(({ value }) => value !== reference?.value)
        .map(({ cluster, value }) => ({
          cluster,
          property: `live ${setting.key}`,
          value,
          reason: `differs from ${JSON.stringify(reference?.value)} of cluster ${JSON.stringify(reference?.cluster)}`,
          fix: `${setting.why}; install Cilium with the same value in every cluster of the mesh`,
        }))
    : [];
}

/** Families of which one cluster has none in common with another: no pod of one reaches a pod of the other. */
function noCommonFamily(clusters: readonly Configured[]): readonly Problem[] {
  const families = clusters.map(({ cluster, settings }) => ({
    cluster,
    has: ["IPv4", "IPv6"].filter((family) => isOn(settings[`enable-${family.toLowerCase()}`], true)),
  }));
  const reference = families.find(({ has }) => has.length === 1);
  return families
    .filter(({ has }) => reference !== undefined && !has.some((family) => reference.has.includes(family)))
    .map(({ cluster, has }) => ({
      cluster,
      property: "live addresses of pods",
      value: has.join(", "),
      reason: `have no family in common with ${reference?.has.join(", ") ?? ""} of cluster ${JSON.stringify(reference?.cluster)}`,
      fix: "enable one family in every cluster of the mesh (enable-ipv4, enable-ipv6)",
    }));
}

/** Settings that are not the same everywhere. */
export function sharedSettings(found: readonly InspectedCluster[]): Findings {
  const clusters = found.flatMap(({ cluster, live }): Configured[] => {
    const settings = agentSettings(live);
    return settings === undefined ? [] : [{ cluster: cluster.name, settings }];
  });
  const of = (kind: SharedSetting["kind"]) =>
    SHARED_SETTINGS.filter((setting) => setting.kind === kind).flatMap((setting) => differing(setting, clusters));
  const keys = ipsecKeys(found);
  return {
    problems: [...of("problem"), ...noCommonFamily(clusters), ...keys.problems],
    warnings: of("warning"),
    unseen: [...keys.unseen, ...unseenOptions(found)],
  };
}

/** Options that a DaemonSet takes from another object than `cilium-config`. */
function unseenOptions(found: readonly InspectedCluster[]): Findings["unseen"] {
  return found.flatMap(({ cluster, live }) => {
    const { unseen = [], elsewhere = [] } = live.agent?.options ?? {};
    const takes = (what: string, source: string) => ({
      cluster: cluster.name,
      what,
      why: `the DaemonSet takes it from ${source}`,
    });
    return [
      ...unseen.filter((key) => COMPARED_SETTINGS.includes(key)).map((key) => takes(key, "another object")),
      ...(elsewhere.length === 0 ? [] : [takes("settings in the agents' environment", listed(elsewhere))]),
    ];
  });
}
