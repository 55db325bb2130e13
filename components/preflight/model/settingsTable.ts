import { isOn } from "../../cilium/model/agentBoolean";

/** The options that agents run with, by key. */
export type Settings = Readonly<Record<string, string>>;

const isTunnelled = (settings: Settings): boolean => (settings["routing-mode"] ?? "tunnel") === "tunnel";
const isNative = (settings: Settings): boolean => !isTunnelled(settings);
const isEncrypted = (settings: Settings): boolean =>
  isOn(settings["enable-wireguard"]) || isOn(settings["enable-ipsec"]);
const isDSR = (settings: Settings): boolean => /^(dsr|hybrid|annotation)$/.test(settings["bpf-lb-mode"] ?? "");
/** Direct server return in tunnels of its own, where nothing else is tunnelled. */
const isDSRTunnelled = (settings: Settings): boolean =>
  isNative(settings) && isDSR(settings) && settings["bpf-lb-dsr-dispatch"] === "geneve";

/** Cilium's ports for tunnels (`pkg/defaults`). */
const TUNNEL_PORTS: Settings = { vxlan: "8472", geneve: "6081" };

function tunnelPort(settings: Settings): string {
  const { "tunnel-port": port = "0", "tunnel-protocol": protocol = "vxlan" } = settings;
  const usual = Object.hasOwn(TUNNEL_PORTS, protocol) ? TUNNEL_PORTS[protocol] : undefined;
  return Number(port) === 0 ? (usual ?? port) : port;
}

/** A setting that all clusters of a mesh have alike. */
export interface SharedSetting {
  readonly key: string;
  /** What an agent makes of its options; Cilium's default where nothing is said. */
  readonly value: (settings: Settings) => string;
  /** Compared where this holds in one of the clusters at least. */
  readonly matters: (settings: Settings) => boolean;
  /** Of clusters that differ in one of these settings already, nothing more is said. */
  readonly after?: readonly string[];
  readonly severity: "error" | "warning";
  /** A clause that says why; what to do follows it after a semicolon. */
  readonly why: string;
}

const always = () => true;
const or = (key: string, fallback: string) => (settings: Settings) => settings[key] ?? fallback;
const flag = (key: string) => (settings: Settings) => String(isOn(settings[key]));

/**
 * By the requirements of Cilium's documentation (Setting up Cluster Mesh, transparent encryption) and the source of 1.20. Not in it are settings of
 * one cluster's own datapath, which its peers do not notice: IPAM mode, `datapath-mode`, `kube-proxy-replacement`, `enable-endpoint-routes`,
 * masquerading.
 */
export const SHARED_SETTINGS: readonly SharedSetting[] = [
  {
    key: "max-connected-clusters",
    value: or("max-connected-clusters", "255"),
    matters: always,
    severity: "error",
    why: "it says which bits of an identity are the cluster's",
  },
  {
    key: "routing-mode",
    value: or("routing-mode", "tunnel"),
    matters: always,
    severity: "error",
    why: "one cluster would wait for packets in a tunnel that the other sends without",
  },
  {
    key: "tunnel-protocol",
    value: or("tunnel-protocol", "vxlan"),
    matters: isTunnelled,
    severity: "error",
    why: "nodes do not understand the other cluster's packets",
  },
  {
    key: "tunnel-port",
    value: tunnelPort,
    matters: isTunnelled,
    after: ["tunnel-protocol"],
    severity: "error",
    why: "packets would go to a port where nothing listens",
  },
  {
    key: "underlay-protocol",
    value: (settings) => {
      const given = settings["underlay-protocol"] ?? "auto";
      return given !== "auto" ? given : isOn(settings["enable-ipv4"], true) ? "ipv4" : "ipv6";
    },
    matters: isTunnelled,
    severity: "warning",
    why: "nodes of both clusters need addresses of both families then",
  },
  {
    key: "enable-wireguard",
    value: flag("enable-wireguard"),
    matters: always,
    severity: "error",
    why: "Cilium does not support a mesh that encrypts in some of its clusters only",
  },
  {
    key: "enable-ipsec",
    value: flag("enable-ipsec"),
    matters: always,
    severity: "error",
    why: "the other side drops packets that it cannot decrypt",
  },
  {
    key: "encrypt-node",
    value: flag("encrypt-node"),
    matters: isEncrypted,
    after: ["enable-wireguard"],
    severity: "warning",
    why: "traffic between nodes would be encrypted one way only",
  },
  {
    key: "auto-direct-node-routes",
    value: flag("auto-direct-node-routes"),
    matters: isNative,
    severity: "warning",
    why: "nodes without it need a route to the other cluster's pods from their network",
  },
  {
    key: "bpf-lb-mode",
    value: or("bpf-lb-mode", "snat"),
    matters: isDSR,
    severity: "warning",
    why: "nodes do not understand the other cluster's packets to backends of global services (direct server return)",
  },
  {
    key: "bpf-lb-dsr-dispatch",
    value: or("bpf-lb-dsr-dispatch", "opt"),
    matters: isDSR,
    after: ["bpf-lb-mode"],
    severity: "warning",
    why: "nodes do not find the client's address where the other cluster's put it, and answers get lost (direct server return)",
  },
  {
    key: "tunnel-port",
    value: tunnelPort,
    matters: isDSRTunnelled,
    after: ["routing-mode", "bpf-lb-mode", "bpf-lb-dsr-dispatch"],
    severity: "warning",
    why: "packets to backends of global services would go to a port where nothing listens (direct server return by Geneve)",
  },
  {
    key: "cluster-health-port",
    value: or("cluster-health-port", "4240"),
    matters: always,
    severity: "warning",
    why: "agents would call the other cluster's nodes unhealthy",
  },
];

/** The settings that are compared, for messages. */
export const COMPARED_SETTINGS: readonly string[] = [...new Set(SHARED_SETTINGS.map(({ key }) => key))];
