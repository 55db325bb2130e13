import { isOn } from "../../cilium/model/agentBoolean";
import { contains, parseCIDR, rangesOf } from "../../mesh/model/cidr";
import type { Cluster } from "../../mesh/model/mesh";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { agentSettings } from "./liveCluster";
import type { InspectedCluster } from "./policy";
import { unseen } from "./unseen";

const FAMILIES = [4, 6] as const;

type Family = (typeof FAMILIES)[number];
type Settings = Readonly<Record<string, string>>;

/** IPAM modes in which agents find out what is routed natively, where it is not set. */
const DETECTING_IPAM: ReadonlySet<string> = new Set(["eni", "alibabacloud"]);

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "";

/** Whether packets of pods may get a node's address: in a tunnel between nodes they never do. */
function masquerades(settings: Settings, family: Family): boolean {
  const name = `ipv${family}`;
  const isNative = (settings["routing-mode"] ?? "tunnel") === "native";
  return isNative && isOn(settings[`enable-${name}`], true) && isOn(settings[`enable-${name}-masquerade`], true);
}

/** The ranges to which a cluster's pods keep their addresses; `undefined` where they keep them everywhere, or where that is not known. */
function keptRanges(
  { live }: InspectedCluster,
  family: Family,
): { readonly property: string; readonly texts: readonly string[] } | undefined {
  const settings = agentSettings(live) ?? {};
  if (!masquerades(settings, family)) return undefined;
  const key = `ipv${family}-native-routing-cidr`;
  const native = [settings[key] ?? ""].filter(isSet);
  if (isOn(settings["enable-ip-masq-agent"])) {
    const exceptions = live.network?.nonMasqueradeCIDRs;
    const property = native.length === 0 ? "nonMasqueradeCIDRs" : `nonMasqueradeCIDRs and ${key}`;
    return exceptions === undefined ? undefined : { property, texts: [...native, ...exceptions] };
  }
  return native.length === 0 ? undefined : { property: key, texts: native };
}

/**
 * Ranges without masquerading that leave out some cluster's pods: packets to them get a node's address, and lose their identity on the way. Where
 * nothing is masqueraded, the ranges mean nothing.
 */
export function masquerading(each: InspectedCluster, clusters: readonly Cluster[]): readonly Diagnostic[] {
  const { cluster, live } = each;
  const keptOf = { 4: keptRanges(each, 4), 6: keptRanges(each, 6) };
  const problems = FAMILIES.flatMap((family) => {
    const kept = keptOf[family];
    const ranges = rangesOf(kept?.texts ?? []).filter((range) => range.family === family);
    if (kept === undefined || (ranges.length === 0 && kept.texts.length === 1)) return [];
    const [value] = kept.texts.length === 1 ? kept.texts : [kept.texts];
    return clusters.flatMap((other) =>
      other.podCIDRs.flatMap((text): Diagnostic[] => {
        const pods = parseCIDR(text);
        if (!pods.ok || pods.range.family !== family || ranges.some((range) => contains(range, pods.range))) return [];
        const reason = `does not cover podCIDR ${text} of cluster ${JSON.stringify(other.name)}`;
        const fix = "widen it in every cluster";
        return [error({ cluster: cluster.name, property: `live ${kept.property}`, value, reason, fix })];
      }),
    );
  });
  const settings = agentSettings(live) ?? {};
  const unread = FAMILIES.flatMap((family) => (keptOf[family]?.texts ?? []).filter((text) => !parseCIDR(text).ok));
  const hidden = (why: string) => [...problems, unseen(cluster.name, "what is masqueraded", why)];
  if (unread.length > 0) return hidden(`${[...new Set(unread)].join(", ")}: not a CIDR`);
  if (isOn(settings["enable-ip-masq-agent"])) {
    const isRead = live.network?.nonMasqueradeCIDRs !== undefined;
    return isRead ? problems : hidden("ConfigMap ip-masq-agent could not be read");
  }
  const takesNetwork = DETECTING_IPAM.has(settings["ipam"] ?? "") && masquerades(settings, 4);
  return takesNetwork && !isSet(settings["ipv4-native-routing-cidr"])
    ? hidden("without ipv4-native-routing-cidr agents take the range of their own network")
    : problems;
}
