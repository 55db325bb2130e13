import { isOn } from "../../cilium/model/agentBoolean";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { commonValue } from "./commonValue";
import { listed } from "./listed";
import { ipsecKeys } from "./ipsecKeys";
import { agentSettings } from "./liveCluster";
import type { InspectedCluster } from "./policy";
import { COMPARED_SETTINGS, SHARED_SETTINGS, type Settings, type SharedSetting } from "./settingsTable";
import { unseen } from "./unseen";

interface Configured {
  readonly cluster: string;
  readonly settings: Settings;
}

/** A line for each cluster that differs from the most common value. */
function differing(setting: SharedSetting, clusters: readonly Configured[]): readonly Diagnostic[] {
  const before = SHARED_SETTINGS.filter(({ key }) => key !== setting.key && setting.after?.includes(key) === true);
  const explained = new Set(before.flatMap((each) => differing(each, clusters)).map(({ cluster }) => cluster));
  const open = clusters.filter(({ cluster }) => !explained.has(cluster));
  const values = open.map(({ cluster, settings }) => ({ cluster, value: setting.value(settings) }));
  const reference = commonValue(values);
  return open.some(({ settings }) => setting.matters(settings))
    ? values
        .filter(({ value }) => value !== reference?.value)
        .map(({ cluster, value }) => ({
          severity: setting.severity,
          cluster,
          property: `live ${setting.key}`,
          value,
          reason: `differs from ${JSON.stringify(reference?.value)} of cluster ${JSON.stringify(reference?.cluster)}`,
          fix: `${setting.why}; install Cilium with the same value in every cluster of the mesh`,
        }))
    : [];
}

/** Families of which one cluster has none in common with another: no pod of one reaches a pod of the other. */
function noCommonFamily(clusters: readonly Configured[]): readonly Diagnostic[] {
  const families = clusters.map(({ cluster, settings }) => ({
    cluster,
    has: ["IPv4", "IPv6"].filter((family) => isOn(settings[`enable-${family.toLowerCase()}`], true)),
  }));
  const reference = families.find(({ has }) => has.length === 1);
  return families
    .filter(({ has }) => reference !== undefined && !has.some((family) => reference.has.includes(family)))
    .map(({ cluster, has }) =>
      error({
        cluster,
        property: "live addresses of pods",
        value: has.join(", "),
        reason: `have no family in common with ${reference?.has.join(", ") ?? ""} of cluster ${JSON.stringify(reference?.cluster)}`,
        fix: "enable one family in every cluster of the mesh (enable-ipv4, enable-ipv6)",
      }),
    );
}

/** Settings that are not the same everywhere. */
export function sharedSettings(found: readonly InspectedCluster[]): readonly Diagnostic[] {
  const clusters = found.flatMap(({ cluster, live }): Configured[] => {
    const settings = agentSettings(live);
    return settings === undefined ? [] : [{ cluster: cluster.name, settings }];
  });
  return [
    ...SHARED_SETTINGS.flatMap((setting) => differing(setting, clusters)),
    ...noCommonFamily(clusters),
    ...ipsecKeys(found),
    ...unseenOptions(found),
  ];
}

/** Options that a DaemonSet takes from another object than `cilium-config`. */
function unseenOptions(found: readonly InspectedCluster[]): readonly Diagnostic[] {
  return found.flatMap(({ cluster, live }) => {
    const { unseen: hidden = [], elsewhere = [] } = live.agent?.options ?? {};
    const takes = (what: string, source: string) => unseen(cluster.name, what, `the DaemonSet takes it from ${source}`);
    return [
      ...hidden.filter((key) => COMPARED_SETTINGS.includes(key)).map((key) => takes(key, "another object")),
      ...(elsewhere.length === 0 ? [] : [takes("settings in the agents' environment", listed(elsewhere))]),
    ];
  });
}
