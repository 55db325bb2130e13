import { PULUMI_STUBS } from "./pulumiStubs";
import type { GoModule } from "./recipe";

/** The `go` line of every module; an older Go on the machine is refused. */
export const GO_VERSION = "1.26.0";

/** Versions of what the lab is made of. */
export const KUBERNETES = "v1.36.3";
export const CILIUM = "v1.20.2";
export const CONTAINERD = "v2.3.7";
export const HELM = "v3.20.2";
export const PULUMI = "v3.250.0";

const KUBERNETES_STAGING = "v0.36.3";

/** k8s.io/kubernetes requires its own parts as v0.0.0: each needs its real version. */
const STAGING_MODULES = [
  ...["api", "apiextensions-apiserver", "apimachinery", "apiserver", "cli-runtime", "client-go", "cloud-provider"],
  ...["cluster-bootstrap", "code-generator", "component-base", "component-helpers", "controller-manager", "cri-api"],
  ...["cri-client", "cri-streaming", "csi-translation-lib", "dynamic-resource-allocation", "endpointslice"],
  ...["externaljwt", "kms", "kube-aggregator", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl"],
  ...["kubelet", "metrics", "mount-utils", "pod-security-admission", "sample-apiserver", "streaming"],
];

/** What an API server's answers depend on stays as Kubernetes has it, whatever the others ask for. */
const AS_IN_KUBERNETES = {
  ...Object.fromEntries(STAGING_MODULES.map((part) => [`k8s.io/${part}`, KUBERNETES_STAGING])),
  "github.com/google/cel-go": "v0.26.0",
  "k8s.io/kube-openapi": "v0.0.0-20260317180543-43fb72c5454a",
  "sigs.k8s.io/structured-merge-diff/v6": "v6.3.3",
};

/** `-X` for each variable of a package. */
const variables = (path: string, values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values).map(([name, value]) => `-X "${path}.${name}=${value}"`);

const [major = "", minor = ""] = KUBERNETES.slice(1).split(".");

/** All that takes part in a cluster, and Pulumi: of one set of modules, for half of what each is made of is what the others are made of. */
export const LAB_MODULE: GoModule = {
  name: "lab",
  require: {
    "k8s.io/kubernetes": KUBERNETES,
    "github.com/cilium/cilium": CILIUM,
    "github.com/containerd/containerd/v2": CONTAINERD,
    "helm.sh/helm/v3": HELM,
    "github.com/pulumi/pulumi/pkg/v3": PULUMI,
  },
  replace: {
    ...AS_IN_KUBERNETES,
    // Cilium asks for a version that is no tagged one; BGP is off.
    "github.com/osrg/gobgp/v4": "v4.8.0",
  },
  stubs: {
    ...PULUMI_STUBS,
    // MCS-API is off: its controllers are not needed, the name of one annotation is.
    "sigs.k8s.io/mcs-api/controllers": {
      ".": `package controllers

const DerivedServiceAnnotation = "multicluster.kubernetes.io/derived-service"
`,
    },
  },
  // Of Cilium's operator alone.
  tags: ["ipam_provider_operator"],
  ldflags: [
    ...variables("k8s.io/component-base/version", {
      gitVersion: KUBERNETES,
      gitMajor: major,
      gitMinor: minor,
      gitTreeState: "clean",
    }),
    ...variables("github.com/cilium/cilium/pkg/version", { ciliumVersion: `${CILIUM.slice(1)} module` }),
    ...variables("github.com/containerd/containerd/v2/version", { Version: CONTAINERD }),
    ...variables("helm.sh/helm/v3/internal/version", { version: HELM }),
    ...variables("github.com/pulumi/pulumi/sdk/v3/go/common/version", { Version: PULUMI }),
  ],
};

/** The last line of tags in which the Node language host is part of the sdk module. */
export const PULUMI_NODEJS_MODULE: GoModule = {
  name: "pulumi-language-nodejs",
  require: { "github.com/pulumi/pulumi/sdk/v3": "v3.65.0" },
  ldflags: [],
};

/** The host of Pulumi programs in YAML. */
export const PULUMI_YAML_MODULE: GoModule = {
  name: "pulumi-language-yaml",
  require: { "github.com/pulumi/pulumi-yaml": "v1.25.0" },
  ldflags: [],
};

export const ACTIONLINT_MODULE: GoModule = {
  name: "actionlint",
  require: { "github.com/rhysd/actionlint": "v1.7.12" },
  ldflags: variables("github.com/rhysd/actionlint", { version: "1.7.12" }),
};
