import { AGENT_PACKAGES, REDIS_PACKAGES } from "../images/packages";
import type { GoBuild, Recipe } from "./recipe";

/** The `go` line of every build module; an older Go on the machine is refused. */
export const GO_VERSION = "1.26.0";

/*
 * What the lab is made of, as plain data: to add a program, add a recipe here. Versions and everything else that decides the result
 * is part of a recipe's cache key, so a change builds anew beside the old one.
 */
const KUBERNETES = "v1.36.3";
const KUBERNETES_STAGING = "v0.36.3";
const PULUMI = "v3.250.0";
const CILIUM = "v1.20.2";

/** k8s.io/kubernetes requires its own parts as v0.0.0: each needs its real version. */
const STAGING_MODULES = [
  ...["api", "apiextensions-apiserver", "apimachinery", "apiserver", "cli-runtime", "client-go", "cloud-provider"],
  ...["cluster-bootstrap", "code-generator", "component-base", "component-helpers", "controller-manager", "cri-api"],
  ...[
    "cri-client",
    "cri-streaming",
    "csi-translation-lib",
    "dynamic-resource-allocation",
    "endpointslice",
    "externaljwt",
  ],
  ...["kms", "kube-aggregator", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl", "kubelet"],
  ...["metrics", "mount-utils", "pod-security-admission", "sample-apiserver", "streaming"],
];

/** Two modules that Cilium asks for cannot be had at the versions it names, and neither is of use to the lab. */
const CILIUM_MODULES: Pick<GoBuild, "require" | "replace" | "stubs"> = {
  require: { "github.com/cilium/cilium": CILIUM },
  // BGP is off; the pinned version is no tagged one.
  replace: { "github.com/osrg/gobgp/v4": "v4.8.0" },
  // MCS-API is off; its controllers are not needed, the name of one annotation is.
  stubs: {
    "sigs.k8s.io/mcs-api/controllers": `package controllers

const DerivedServiceAnnotation = "multicluster.kubernetes.io/derived-service"
`,
  },
};

function cilium(name: string, tags: readonly string[], programs: GoBuild["programs"]): GoBuild {
  return {
    kind: "go-build",
    name,
    version: CILIUM,
    ...CILIUM_MODULES,
    tags,
    ldflags: [`-X "github.com/cilium/cilium/pkg/version.ciliumVersion=${CILIUM.slice(1)} module"`],
    programs: programs.map((program) => ({ ...program, package: `github.com/cilium/cilium/${program.package}` })),
  };
}

function kubernetes(name: string, programs: Readonly<Record<string, number>>): GoBuild {
  const version = "k8s.io/component-base/version";
  const [major = "", minor = ""] = KUBERNETES.slice(1).split(".");
  return {
    kind: "go-build",
    name,
    version: KUBERNETES,
    require: { "k8s.io/kubernetes": KUBERNETES },
    replace: Object.fromEntries(STAGING_MODULES.map((part) => [`k8s.io/${part}`, KUBERNETES_STAGING])),
    ldflags: [
      `-X ${version}.gitVersion=${KUBERNETES}`,
      `-X ${version}.gitMajor=${major}`,
      `-X ${version}.gitMinor=${minor}`,
      `-X ${version}.gitTreeState=clean`,
    ],
    programs: Object.entries(programs).map(([program, minutes]) => ({
      name: program,
      package: `k8s.io/kubernetes/cmd/${program}`,
      minutes,
    })),
  };
}

export const RECIPES = {
  kubernetes: kubernetes("kubernetes", { "kube-apiserver": 4, "kube-controller-manager": 1.5, kubectl: 0.5 }),
  kubernetesNode: kubernetes("kubernetes-node", { kubelet: 2, "kube-scheduler": 0.5 }),
  helm: {
    kind: "go-build",
    name: "helm",
    version: "v3.20.2",
    require: { "helm.sh/helm/v3": "v3.20.2" },
    ldflags: ["-X helm.sh/helm/v3/internal/version.version=v3.20.2"],
    programs: [{ name: "helm", package: "helm.sh/helm/v3/cmd/helm", minutes: 1.5 }],
  },
  pulumi: {
    kind: "go-build",
    name: "pulumi",
    version: PULUMI,
    require: { "github.com/pulumi/pulumi/pkg/v3": PULUMI },
    ldflags: [`-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${PULUMI}`],
    programs: [{ name: "pulumi", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", minutes: 4 }],
  },
  // The last line of tags in which the Node language host is part of the sdk module.
  pulumiNodejs: {
    kind: "go-build",
    name: "pulumi-language-nodejs",
    version: "v3.65.0",
    require: { "github.com/pulumi/pulumi/sdk/v3": "v3.65.0" },
    ldflags: [],
    programs: [
      {
        name: "pulumi-language-nodejs",
        package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
        minutes: 0.5,
      },
    ],
  },
  actionlint: {
    kind: "go-build",
    name: "actionlint",
    version: "v1.7.12",
    require: { "github.com/rhysd/actionlint": "v1.7.12" },
    ldflags: ["-X github.com/rhysd/actionlint.version=1.7.12"],
    programs: [{ name: "actionlint", package: "github.com/rhysd/actionlint/cmd/actionlint", minutes: 0.3 }],
  },
  cilium: {
    kind: "go-sources",
    name: "cilium",
    version: CILIUM,
    module: "github.com/cilium/cilium",
    folders: { crds: "pkg/k8s/apis/cilium.io/client/crds", chart: "install/kubernetes/cilium" },
    minutes: 0.5,
  },
  ciliumAgent: cilium(
    "cilium-agent",
    [],
    [
      { name: "cilium-agent", package: "daemon", minutes: 4 },
      { name: "cilium-dbg", package: "cilium-dbg", minutes: 0.5 },
      { name: "cilium-health", package: "cilium-health", minutes: 0.2 },
      { name: "cilium-health-responder", package: "cilium-health/responder", minutes: 0.2 },
      { name: "cilium-cni", package: "plugins/cilium-cni", minutes: 0.3 },
    ],
  ),
  ciliumOperator: cilium(
    "cilium-operator",
    ["ipam_provider_operator"],
    [{ name: "cilium-operator-generic", package: "operator", minutes: 1.5 }],
  ),
  ciliumImageFiles: {
    kind: "go-sources",
    name: "cilium-image-files",
    version: CILIUM,
    module: "github.com/cilium/cilium",
    folders: { bpf: "bpf", images: "images/cilium", cni: "plugins/cilium-cni" },
    minutes: 0.5,
  },
  containerd: {
    kind: "go-build",
    name: "containerd",
    version: "v2.3.7",
    require: { "github.com/containerd/containerd/v2": "v2.3.7" },
    ldflags: ["-X github.com/containerd/containerd/v2/version.Version=v2.3.7"],
    programs: ["containerd", "containerd-shim-runc-v2", "ctr"].map((name) => ({
      name,
      package: `github.com/containerd/containerd/v2/cmd/${name}`,
      minutes: 0.5,
    })),
  },
  // Both find what they link to on every Debian: runc's libseccomp comes with apt.
  nodePrograms: {
    kind: "debian",
    name: "node-programs",
    version: "0",
    packages: ["runc", "tini"],
    programs: { runc: "usr/sbin/runc", tini: "usr/bin/tini-static" },
    minutes: 0.2,
  },
  // Trees of packages for images: with everything that these link to, for nothing of the machine is in an image.
  agentImagePackages: {
    kind: "debian",
    name: "agent-image-packages",
    version: "0",
    packages: AGENT_PACKAGES,
    programs: {},
    minutes: 0.3,
  },
  redisImagePackages: {
    kind: "debian",
    name: "redis-image-packages",
    version: "0",
    packages: REDIS_PACKAGES,
    programs: {},
    minutes: 0.2,
  },
  etcd: {
    kind: "debian",
    name: "etcd",
    version: "3.4",
    packages: ["etcd-server", "etcd-client"],
    programs: { etcd: "usr/bin/etcd", etcdctl: "usr/bin/etcdctl" },
    minutes: 0.2,
  },
} as const satisfies Readonly<Record<string, Recipe>>;

/** The name under which a recipe is asked for. */
export type RecipeName = keyof typeof RECIPES;
