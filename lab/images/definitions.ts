import type { RecipeName } from "../cache/recipes";

/** A file or folder of an image, out of what a recipe made. */
export interface ImagePart {
  readonly recipe: RecipeName;
  /** Path in the recipe's folder; the folder itself when left out. */
  readonly from?: string;
  /** Where it goes; `/` for an unpacked tree of packages. */
  readonly to: string;
}

/** An image of the lab, made from what this machine has built and from Debian's packages. */
export interface ImageDefinition {
  /** As containerd and pod specs name it. */
  readonly name: string;
  readonly parts: readonly ImagePart[];
  /** Path → target of symbolic links. */
  readonly links: Readonly<Record<string, string>>;
  /** Commands that must run in the finished tree: what they link to is all there. */
  readonly proofs: readonly (readonly string[])[];
  readonly entrypoint: readonly string[];
  /** Variables that its processes have beside PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Folders that every user may write to, beside /tmp. */
  readonly writable?: readonly string[];
}

const AGENT_PROGRAMS = ["cilium-agent", "cilium-dbg", "cilium-health", "cilium-health-responder"];
const IPTABLES_COMMANDS = ["", "-save", "-restore"].flatMap((suffix) => [`iptables${suffix}`, `ip6tables${suffix}`]);

/** Debian makes these links when packages are installed, and not when they are unpacked. */
const IPTABLES_LINKS = Object.fromEntries(
  IPTABLES_COMMANDS.flatMap((command) => [
    [`/usr/sbin/${command}`, "xtables-legacy-multi"],
    [`/usr/sbin/${command.replace("tables", "tables-legacy")}`, "xtables-legacy-multi"],
    [`/usr/sbin/${command.replace("tables", "tables-nft")}`, "xtables-nft-multi"],
  ]),
);

/** Images that every node has. */
export const IMAGES = {
  agent: {
    name: "docker.io/lab/cilium:v1.20.2",
    parts: [
      { recipe: "agentImagePackages", to: "/" },
      ...AGENT_PROGRAMS.map((program) => ({
        recipe: "ciliumAgent" as const,
        from: program,
        to: `/usr/bin/${program}`,
      })),
      { recipe: "ciliumAgent", from: "cilium-cni", to: "/opt/cni/bin/cilium-cni" },
      { recipe: "agentImagePackages", from: "usr/lib/cni/loopback", to: "/cni/loopback" },
      { recipe: "ciliumImageFiles", from: "bpf", to: "/var/lib/cilium/bpf" },
      { recipe: "ciliumImageFiles", from: "images/init-container.sh", to: "/init-container.sh" },
      { recipe: "ciliumImageFiles", from: "cni/install-plugin.sh", to: "/install-plugin.sh" },
      { recipe: "ciliumImageFiles", from: "cni/cni-uninstall.sh", to: "/cni-uninstall.sh" },
    ],
    links: {
      "/usr/bin/sh": "dash",
      "/usr/bin/cilium": "cilium-dbg",
      "/usr/bin/clang": "../lib/llvm-19/bin/clang",
      ...IPTABLES_LINKS,
    },
    proofs: [
      ["clang", "--version"],
      ["ip", "-V"],
      ["iptables", "--version"],
      ["ipset", "--version"],
      ["mount", "--version"],
      ["bash", "--version"],
      ["timeout", "--version"],
      ["cilium-agent", "--version"],
    ],
    entrypoint: ["/usr/bin/cilium-dbg"],
  },
  operator: {
    name: "docker.io/lab/operator-generic:v1.20.2",
    parts: [{ recipe: "ciliumOperator", from: "cilium-operator-generic", to: "/usr/bin/cilium-operator-generic" }],
    links: {},
    proofs: [],
    entrypoint: ["/usr/bin/cilium-operator-generic"],
  },
  redis: {
    name: "docker.io/lab/redis:7",
    parts: [{ recipe: "redisImagePackages", to: "/" }],
    links: { "/usr/bin/sh": "dash" },
    proofs: [
      ["redis-server", "--version"],
      ["redis-cli", "--version"],
      ["sleep", "--version"],
      ["timeout", "--version"],
    ],
    entrypoint: ["redis-server"],
  },
  // A pod's sandbox only has to be there.
  pause: {
    name: "docker.io/lab/pause:1",
    parts: [{ recipe: "redisImagePackages", to: "/" }],
    links: { "/usr/bin/sh": "dash" },
    proofs: [["sleep", "--version"]],
    entrypoint: ["sleep", "infinity"],
  },
} as const satisfies Readonly<Record<string, ImageDefinition>>;

/** Images that nodes have beside the others where their cluster's mode has a clustermesh-apiserver. */
export const APISERVER_IMAGES = {
  apiserver: {
    name: "docker.io/lab/clustermesh-apiserver:v1.20.2",
    parts: [
      { recipe: "apiserverImagePackages", to: "/" },
      { recipe: "etcd", from: "usr/bin/etcd", to: "/usr/bin/etcd" },
      { recipe: "ciliumApiserver", from: "clustermesh-apiserver", to: "/usr/bin/clustermesh-apiserver" },
      {
        recipe: "ciliumApiserverFiles",
        from: "clustermesh-apiserver/etcd-config.yaml",
        to: "/var/lib/cilium/etcd-config.yaml",
      },
    ],
    links: {},
    proofs: [
      ["etcd", "--version"],
      ["clustermesh-apiserver", "version"],
    ],
    entrypoint: ["/usr/bin/clustermesh-apiserver"],
    // It runs as a user without a home.
    environment: { GOPS_CONFIG_DIR: "/tmp/gops" },
    writable: ["/var/run/cilium"],
  },
} as const satisfies Readonly<Record<string, ImageDefinition>>;
