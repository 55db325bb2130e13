import { AGENT_PACKAGES, APISERVER_PACKAGES, REDIS_PACKAGES } from "../images/packages";
import {
  ACTIONLINT_MODULE,
  CILIUM,
  CONTAINERD,
  HELM,
  KUBERNETES,
  LAB_MODULE,
  PULUMI,
  PULUMI_NODEJS_MODULE,
  PULUMI_YAML_MODULE,
} from "./goModules";
import { PLUGIN_MAIN, PLUGIN_MODULE, PLUGIN_VERSION } from "./kubernetesPlugin";
import type { GoBuild, GoModule, GoProgram, Recipe } from "./recipe";

/** Programs of the lab's module: folder of their `main` below `path` → file name and minutes. */
function ofLab(
  name: string,
  version: string,
  path: string,
  programs: Readonly<Record<string, readonly [string, number]>>,
): GoBuild {
  return {
    kind: "go-build",
    name,
    version,
    module: LAB_MODULE,
    programs: Object.entries(programs).map(([folder, [program, minutes]]) => ({
      name: program,
      package: `${path}/${folder}`,
      minutes,
    })),
  };
}

/** A program with a module of its own. */
const ofItsOwn = (module: GoModule, version: string, program: GoProgram): GoBuild => ({
  kind: "go-build",
  name: program.name,
  version,
  module,
  programs: [program],
});

/*
 * What the lab is made of, as plain data: to add a program, add a recipe here. Versions and everything else that decides the result
 * is part of a recipe's cache key, so a change makes a new build beside the old one.
 */
export const RECIPES = {
  kubernetes: ofLab("kubernetes", KUBERNETES, "k8s.io/kubernetes/cmd", {
    "kube-apiserver": ["kube-apiserver", 4.2],
    "kube-controller-manager": ["kube-controller-manager", 0.8],
    kubectl: ["kubectl", 0.3],
  }),
  helm: ofLab("helm", HELM, "helm.sh/helm/v3/cmd", { helm: ["helm", 0.2] }),
  pulumi: ofLab("pulumi", PULUMI, "github.com/pulumi/pulumi/pkg/v3/cmd", { pulumi: ["pulumi", 2.2] }),
  kubernetesNode: ofLab("kubernetes-node", KUBERNETES, "k8s.io/kubernetes/cmd", {
    kubelet: ["kubelet", 0.2],
    "kube-scheduler": ["kube-scheduler", 0.1],
  }),
  containerd: ofLab("containerd", CONTAINERD, "github.com/containerd/containerd/v2/cmd", {
    containerd: ["containerd", 0.6],
    "containerd-shim-runc-v2": ["containerd-shim-runc-v2", 0.1],
    ctr: ["ctr", 0.1],
  }),
  ciliumOperator: ofLab("cilium-operator", CILIUM, "github.com/cilium/cilium", {
    operator: ["cilium-operator-generic", 1.6],
  }),
  ciliumApiserver: ofLab("clustermesh-apiserver", CILIUM, "github.com/cilium/cilium", {
    "clustermesh-apiserver": ["clustermesh-apiserver", 0.3],
  }),
  ciliumAgent: ofLab("cilium-agent", CILIUM, "github.com/cilium/cilium", {
    daemon: ["cilium-agent", 1.2],
    "cilium-dbg": ["cilium-dbg", 0.1],
    "cilium-health": ["cilium-health", 0.1],
    "cilium-health/responder": ["cilium-health-responder", 0.1],
    "plugins/cilium-cni": ["cilium-cni", 0.1],
  }),
  pulumiKubernetes: ofItsOwn(PLUGIN_MODULE, PLUGIN_VERSION, {
    name: "pulumi-resource-kubernetes",
    package: PLUGIN_MAIN,
    minutes: 2.8,
  }),
  pulumiNodejs: ofItsOwn(PULUMI_NODEJS_MODULE, "v3.65.0", {
    name: "pulumi-language-nodejs",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    minutes: 0.5,
  }),
  pulumiYaml: ofItsOwn(PULUMI_YAML_MODULE, "v1.25.0", {
    name: "pulumi-language-yaml",
    package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    minutes: 3,
  }),
  actionlint: ofItsOwn(ACTIONLINT_MODULE, "v1.7.12", {
    name: "actionlint",
    package: "github.com/rhysd/actionlint/cmd/actionlint",
    minutes: 0.3,
  }),
  cilium: {
    kind: "go-sources",
    name: "cilium",
    version: CILIUM,
    module: "github.com/cilium/cilium",
    folders: { crds: "pkg/k8s/apis/cilium.io/client/crds", chart: "install/kubernetes/cilium" },
    minutes: 0.5,
  },
  ciliumImageFiles: {
    kind: "go-sources",
    name: "cilium-image-files",
    version: CILIUM,
    module: "github.com/cilium/cilium",
    folders: { bpf: "bpf", images: "images/cilium", cni: "plugins/cilium-cni" },
    minutes: 0.1,
  },
  ciliumApiserverFiles: {
    kind: "go-sources",
    name: "clustermesh-apiserver-files",
    version: CILIUM,
    module: "github.com/cilium/cilium",
    folders: { "clustermesh-apiserver": "clustermesh-apiserver" },
    minutes: 0.1,
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
  apiserverImagePackages: {
    kind: "debian",
    name: "apiserver-image-packages",
    version: "0",
    packages: APISERVER_PACKAGES,
    programs: {},
    minutes: 0.1,
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
