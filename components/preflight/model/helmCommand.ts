import { firstFew } from "../../basics/model/bounded";
import { cut } from "../../basics/model/printable";
import { APISERVER } from "../../apiserver/model/objects";
import type { CiliumObjects } from "../../cilium/model/agentConfig";
import { kubectlCommand, shellWord } from "../../kubernetes/model/kubectlCommand";
import { FIELD_MANAGER } from "../../kubernetes/model/ownership";
import type { Cluster } from "../../mesh/model/mesh";
import { isObjectName } from "../../mesh/model/names";
import type { ReachableCluster } from "./liveCluster";
import { originText, type Origin } from "./origin";

/** What of a live cluster's may stand in a command that a person runs. */
const CHART = /^cilium-(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)$/;

const chartOf = ({ agent, apiserver }: ReachableCluster): string => agent?.chart ?? apiserver?.chart ?? "";

const releaseOf = ({ config, apiserver }: ReachableCluster): string | undefined =>
  config?.helmRelease ?? apiserver?.helmRelease;

/** RKE2 has a chart of its own, which is not Cilium's and which its helm-controller installs. */
const RKE2_CHART = /^rke2-cilium-/;
const RKE2_RELEASE = "rke2-cilium";
/** Who has a release of Helm and upgrades it from values of its own: Flux, Terraform, Pulumi. */
const RELEASERS = /^(?:helm-controller$|terraform-provider-|pulumi-resource-)/;
/** Who applies a chart that it has rendered, and makes no release: Argo CD, Flux, Pulumi, Terraform, the manifests of k3s and RKE2. */
const RENDERERS = /^(?:argocd|kustomize-controller$|pulumi-kubernetes|Terraform$|deploy@)/;
/** Cilium's CLI. */
const CLI = "cilium";
/** Helm itself, Cilium's CLI, and kubectl, with which people apply a rendered chart: they have no values that they would bring back. */
const BY_HAND = /^(?:helm|cilium|kubectl\b.*)$/i;

/** Who has installed a cluster's Cilium, as far as its objects tell. */
interface Installed {
  /** The release of Helm. */
  readonly release: string | undefined;
  /** The chart with its version. @default "" */
  readonly chart?: string;
  /** What of Flux or Argo CD declares it. @default none */
  readonly origin?: Origin | undefined;
  /** Who owns something of `cilium-config`, this program apart. */
  readonly owners: readonly string[];
}

const isInstallerOf = (release: string | undefined) => (owner: string) =>
  RELEASERS.test(owner) || (release === undefined && RENDERERS.test(owner));

/** Where Cilium has its values, where a `helm upgrade` by hand would be undone, or install another chart; a clause. */
export function valuesElsewhere({ release, chart = "", origin, owners }: Installed): string | undefined {
  if (RKE2_CHART.test(chart) || release === RKE2_RELEASE) {
    return `in valuesContent of HelmChartConfig kube-system/${RKE2_RELEASE}`;
  }
  if (origin !== undefined) return `where ${originText(origin)} has the chart's values from`;
  const owner = owners.find(isInstallerOf(release));
  return owner === undefined ? undefined : `where ${JSON.stringify(cut(owner, 60))} has the chart's values from`;
}

/**
 * All managers of `cilium-config`, not only those of name and id: this program takes these over where it may, and the owner of the rest is still the
 * installer.
 */
function installed(live: ReachableCluster): Installed {
  const { managedFields = [], origin } = live.config ?? {};
  const owners = managedFields.flatMap(({ manager }) => manager ?? []).filter((each) => each !== FIELD_MANAGER);
  return { release: releaseOf(live), chart: chartOf(live), origin, owners: [...new Set(owners)] };
}

/**
 * What else may have the values where a person runs Helm. The HelmChart of k3s and RKE2 has Helm run as people run it, and no object that is read here
 * tells of it. Without a release all that is known is who else has written `cilium-config`, such as an editor, which has installed nothing.
 */
function orElsewhere({ release, owners }: Installed): string {
  if (release !== undefined) {
    return owners.includes(CLI) ? "" : " (or by its HelmChart, in k3s and RKE2)";
  }
  const strange = owners.filter((owner) => !BY_HAND.test(owner)).map((owner) => JSON.stringify(cut(owner, 60)));
  return strange.length === 0 ? "" : ` (cilium-config was written by ${firstFew(strange, 2).join(", ")})`;
}

/** kubectl for a cluster that was looked at, up to its verb. */
export const kubectlOf = ({ way }: ReachableCluster): string =>
  way === undefined ? "kubectl" : kubectlCommand(way.kind === "context" ? way.context : undefined);

/** kubectl in the namespace of a cluster's Cilium, up to its verb. */
export const kubectlIn = (live: ReachableCluster, { namespace }: CiliumObjects): string =>
  `${kubectlOf(live)} --namespace ${namespace}`;

/** Leads Helm to this cluster, and not to the one that is a shell's current context. */
function helmLeads({ way }: ReachableCluster): string {
  if (way === undefined) return "";
  return way.kind === "context" ? ` --kube-context ${shellWord(way.context)}` : " --kubeconfig <its kubeconfig>";
}

/** The command that gives a cluster's Cilium other values and keeps the rest, its version too: without one, Helm takes the newest. */
function helmUpgrade(live: ReachableCluster, { namespace }: CiliumObjects, values: readonly string[]): string {
  const known = releaseOf(live) ?? "";
  const release = isObjectName(known) ? known : "<release>";
  const version = CHART.exec(chartOf(live))?.[1] ?? "<installed version>";
  const sets = values.map((value) => ` --set ${value}`).join("");
  return `helm upgrade ${release} cilium/cilium --version ${version}${helmLeads(live)} --namespace ${namespace} --reuse-values${sets}`;
}

/**
 * What a person does to give a cluster's Cilium other values, and to have the chart applied again: `run helm upgrade …`, or where the values are that
 * somebody else gives to it.
 *
 * @param values Such as `clustermesh.useAPIServer=true`; none has it applied as it is.
 */
export function giveValues(live: ReachableCluster, cilium: CiliumObjects, values: readonly string[]): string {
  const by = installed(live);
  const where = valuesElsewhere(by);
  if (where === undefined) return `run ${helmUpgrade(live, cilium, values)}${orElsewhere(by)}`;
  const plain = values.map((value) => value.replace(/^"(.*)"$/, "$1"));
  return plain.length === 0 ? `have the chart applied again ${where}` : `set ${plain.join(" and ")} ${where}`;
}

/** The command that restarts a clustermesh-apiserver: its etcd reads whom it trusts only when it starts. */
export const restartApiserver = (live: ReachableCluster, cilium: CiliumObjects): string =>
  `${kubectlIn(live, cilium)} rollout restart deployment/${APISERVER}`;

/** The command that restarts what Helm leaves running with the old name and id. */
export function restartAll(live: ReachableCluster, cilium: CiliumObjects, others: readonly string[]): string {
  const { daemonSet, operator } = cilium;
  const workloads = [
    `daemonset/${daemonSet}`,
    ...(operator === false ? [] : [`deployment/${operator}`]),
    ...others.map((name) => `deployment/${name}`),
  ];
  return `${kubectlIn(live, cilium)} rollout restart ${workloads.join(" ")}`;
}

/** The values that give a cluster its name and id. */
export const identityValues = ({ name, id }: Pick<Cluster, "name" | "id">): readonly string[] => [
  `cluster.name=${isObjectName(name) ? name : "<name>"}`,
  `cluster.id=${id}`,
];
