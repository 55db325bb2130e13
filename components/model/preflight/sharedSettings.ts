import { agentSettings } from "../liveCluster";
import type { Problem } from "../problem";
import { findings, type Findings } from "./findings";
import type { Found } from "./policy";

/** The options that agents run with, by key. */
type Settings = Readonly<Record<string, string>>;

const isTrue = (value: string | undefined): boolean => /^(true|t|1)$/i.test(value ?? "");
const isTunnelled = (settings: Settings): boolean => (settings["routing-mode"] ?? "tunnel") === "tunnel";
const isNative = (settings: Settings): boolean => !isTunnelled(settings);
const isEncrypted = (settings: Settings): boolean =>
  isTrue(settings["enable-wireguard"]) || isTrue(settings["enable-ipsec"]);
const isDSR = (settings: Settings): boolean => /^(dsr|hybrid|annotation)$/.test(settings["bpf-lb-mode"] ?? "");

/** Cilium's ports for tunnels (`pkg/defaults`). */
const TUNNEL_PORTS: Settings = { vxlan: "8472", geneve: "6081" };

function tunnelPort(settings: Settings): string {
  const port = settings["tunnel-port"] ?? "0";
  return Number(port) === 0 ? (TUNNEL_PORTS[settings["tunnel-protocol"] ?? "vxlan"] ?? "0") : port;
}

/** A setting that all clusters of a mesh have alike. */
interface SharedSetting {
  readonly key: string;
  /** What an agent makes of its options; Cilium's default where nothing is said. */
  readonly value: (settings: Settings) => string;
  /** Compared where this holds in one of the clusters at least. */
  readonly matters: (settings: Settings) => boolean;
  /** Of clusters that differ in this setting already, nothing more is said. */
  readonly after?: string;
  readonly kind: "problem" | "warning";
  /** What happens otherwise. */
  readonly why: string;
}

const always = () => true;
const or = (key: string, fallback: string) => (settings: Settings) => settings[key] ?? fallback;
const flag = (key: string) => (settings: Settings) => String(isTrue(settings[key]));

/**
 * By the requirements of Cilium's documentation (Setting up Cluster Mesh, transparent encryption) and the source of 1.20. Not in it are settings of
 * one cluster's own datapath, which its peers do not notice: IPAM mode, `datapath-mode`, `kube-proxy-replacement`, `enable-endpoint-routes`,
 * masquerading.
 */
const SHARED_SETTINGS: readonly SharedSetting[] = [
  {
    key: "max-connected-clusters",
    value: or("max-connected-clusters", "255"),
    matters: always,
    kind: "problem",
    why: "it says which bits of an identity are the cluster's",
  },
  {
    key: "routing-mode",
    value: or("routing-mode", "tunnel"),
    matters: always,
    kind: "problem",
    why: "one cluster would wait for packets in a tunnel that the other sends without",
  },
  {
    key: "tunnel-protocol",
    value: or("tunnel-protocol", "vxlan"),
    matters: isTunnelled,
    kind: "problem",
    why: "nodes do not understand the other cluster's packets",
  },
  {
    key: "tunnel-port",
    value: tunnelPort,
    matters: isTunnelled,
    after: "tunnel-protocol",
    kind: "problem",
    why: "packets would go to a port where nothing listens",
  },
  {
    key: "underlay-protocol",
    value: (settings) => {
      const given = settings["underlay-protocol"] ?? "auto";
      return given !== "auto" ? given : settings["enable-ipv4"] === "false" ? "ipv6" : "ipv4";
    },
    matters: isTunnelled,
    kind: "warning",
    why: "nodes of both clusters need addresses of both families then",
  },
  {
    key: "enable-wireguard",
    value: flag("enable-wireguard"),
    matters: always,
    kind: "problem",
    why: "Cilium does not support a mesh that encrypts in some of its clusters only",
  },
  {
    key: "enable-ipsec",
    value: flag("enable-ipsec"),
    matters: always,
    kind: "problem",
    why: "the other side drops packets that it cannot decrypt",
  },
  {
    key: "encrypt-node",
    value: flag("encrypt-node"),
    matters: isEncrypted,
    after: "enable-wireguard",
    kind: "warning",
    why: "traffic between nodes would be encrypted one way only",
  },
  {
    key: "auto-direct-node-routes",
    value: flag("auto-direct-node-routes"),
    matters: isNative,
    kind: "warning",
    why: "nodes without it need a route to the other cluster's pods from their network",
  },
  {
    key: "bpf-lb-mode",
    value: or("bpf-lb-mode", "snat"),
    matters: isDSR,
    kind: "warning",
    why: "nodes do not understand the other cluster's packets to backends of global services (direct server return)",
  },
  {
    key: "cluster-health-port",
    value: or("cluster-health-port", "4240"),
    matters: always,
    kind: "warning",
    why: "agents would call the other cluster's nodes unhealthy",
  },
];

/** The settings that are compared, for messages. */
export const COMPARED_SETTINGS: readonly string[] = SHARED_SETTINGS.map(({ key }) => key);

/** The most common value of a setting, the first of equally common ones, and a cluster that has it. */
function commonValue(values: readonly { readonly cluster: string; readonly value: string }[]) {
  const counts = new Map<string, number>();
  values.forEach(({ value }) => counts.set(value, (counts.get(value) ?? 0) + 1));
  const common = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  return values.find(({ value }) => value === common);
}

interface Configured {
  readonly cluster: string;
  readonly settings: Settings;
}

/** A line for each cluster that differs from the most common value. */
function differing(setting: SharedSetting, clusters: readonly Configured[]): readonly Problem[] {
  const before = SHARED_SETTINGS.find(({ key }) => key === setting.after);
  const explained = new Set(before === undefined ? [] : differing(before, clusters).map(({ cluster }) => cluster));
  const values = clusters
    .filter(({ cluster }) => !explained.has(cluster))
    .map(({ cluster, settings }) => ({ cluster, value: setting.value(settings) }));
  const reference = commonValue(values);
  return clusters.some(({ settings }) => setting.matters(settings))
    ? values
        .filter(({ value }) => value !== reference?.value)
        .map(({ cluster, value }) => ({
          cluster,
          property: `live ${setting.key}`,
          value,
          reason: `differs from ${JSON.stringify(reference?.value)} of cluster ${JSON.stringify(reference?.cluster)}`,
          allowed: `${setting.why}; install Cilium with the same value in every cluster of the mesh`,
        }))
    : [];
}

/** Families of which one cluster has none in common with another: no pod of one reaches a pod of the other. */
function noCommonFamily(clusters: readonly Configured[]): readonly Problem[] {
  const families = clusters.map(({ cluster, settings }) => ({
    cluster,
    has: ["IPv4", "IPv6"].filter((family) => (settings[`enable-${family.toLowerCase()}`] ?? "true") !== "false"),
  }));
  const reference = families.find(({ has }) => has.length === 1);
  return families
    .filter(({ has }) => reference !== undefined && !has.some((family) => reference.has.includes(family)))
    .map(({ cluster, has }) => ({
      cluster,
      property: "live addresses of pods",
      value: has.join(", "),
      reason: `have no family in common with ${reference?.has.join(", ") ?? ""} of cluster ${JSON.stringify(reference?.cluster)}`,
      allowed: "enable one family in every cluster of the mesh (enable-ipv4, enable-ipv6)",
    }));
}

/** Keys by which clusters encrypt with IPsec: one for the whole mesh. */
function ipsecKeys(found: readonly Found[]): Findings {
  const encrypting = found.filter(({ live }) => isTrue(agentSettings(live)?.["enable-ipsec"]));
  const keys = encrypting.flatMap(({ member, live }) => {
    const key = live.network?.ipsecKey;
    return key === undefined ? [] : [{ cluster: member.name, id: key.id, value: `${key.id} ${key.digest}` }];
  });
  const reference = commonValue(keys);
  const other = keys.find(({ cluster }) => cluster === reference?.cluster);
  return findings({
    problems: keys
      .filter(({ value }) => value !== reference?.value)
      .map(({ cluster, id }) => ({
        cluster,
        property: "live IPsec key",
        value: id,
        reason: `is not key ${other?.id ?? ""} of cluster ${JSON.stringify(reference?.cluster)}${id === other?.id ? ", though it has the same number" : ""}`,
        allowed:
          "give every cluster of the mesh the same Secret cilium-ipsec-keys: the other side drops what it cannot decrypt",
      })),
    unseen:
      encrypting.length < 2
        ? []
        : encrypting.flatMap(({ member, live }) =>
            live.network?.ipsecKey === undefined
              ? [{ cluster: member.name, what: "the IPsec key", why: "its Secret could not be read" }]
              : [],
          ),
  });
}

/** Settings that are not the same everywhere. */
export function sharedSettings(found: readonly Found[]): Findings {
  const clusters = found.flatMap(({ member, live }): Configured[] => {
    const settings = agentSettings(live);
    return settings === undefined ? [] : [{ cluster: member.name, settings }];
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
function unseenOptions(found: readonly Found[]): Findings["unseen"] {
  return found.flatMap(({ member, live }) =>
    (live.agent?.options?.unseen ?? [])
      .filter((key) => COMPARED_SETTINGS.includes(key))
      .map((key) => ({ cluster: member.name, what: key, why: "the DaemonSet takes it from another object" })),
  );
}
