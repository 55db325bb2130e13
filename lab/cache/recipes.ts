/**
 * What the lab is made of, as plain data: to add a program, add a recipe here. Versions and everything else that decides the
 * result is part of a recipe's cache key, so a change builds anew beside the old one.
 */
export type Recipe = GoBuild | GoSources | DebianPackages;

/** Programs from tagged Go modules, built in a module of the lab's own that requires just these. */
export interface GoBuild {
  readonly kind: "go-build";
  readonly name: string;
  readonly version: string;
  readonly require: Readonly<Record<string, string>>;
  /** Module → version that takes its place whatever the others ask for. */
  readonly replace?: Readonly<Record<string, string>>;
  readonly ldflags: readonly string[];
  /** Built in this order; each finds what the ones before it compiled. */
  readonly programs: readonly GoProgram[];
}

/** One program of a {@link GoBuild}. */
export interface GoProgram {
  /** Its file name. */
  readonly name: string;
  /** Import path of its `main`. */
  readonly package: string;
  /** Usual time on two idle cores with an empty Go cache; for the progress line only. */
  readonly minutes: number;
}

/** Folders out of a tagged Go module that are needed as files. */
export interface GoSources {
  readonly kind: "go-sources";
  readonly name: string;
  readonly version: string;
  readonly module: string;
  /** Name in the cache → folder in the module. */
  readonly folders: Readonly<Record<string, string>>;
  readonly minutes: number;
}

/** Debian packages, unpacked and not installed. What they depend on beyond libc has to be listed too. */
export interface DebianPackages {
  readonly kind: "debian";
  readonly name: string;
  /** The least version that will do. */
  readonly version: string;
  readonly packages: readonly string[];
  /** File name → path in the unpacked tree. */
  readonly programs: Readonly<Record<string, string>>;
  readonly minutes: number;
}

/** The `go` line of every build module; an older Go on the machine is refused. */
export const GO_VERSION = "1.26.0";

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
