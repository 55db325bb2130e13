import { APISERVER } from "../../apiserver/model/objects";
import { NAME_KEY, type CiliumObjects } from "../../cilium/model/agentConfig";
import { dataOwners } from "../../kubernetes/model/managedFields";
import { FIELD_MANAGER } from "../../kubernetes/model/ownership";
import type { Cluster } from "../../mesh/model/mesh";
import { isObjectName } from "../../mesh/model/names";
import type { ReachableCluster } from "./liveCluster";

/** What of a live cluster's may stand in a command that a person runs. */
const CHART = /^cilium-(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)$/;

const chartOf = ({ agent, apiserver }: ReachableCluster): string => agent?.chart ?? apiserver?.chart ?? "";

const releaseOf = ({ config, apiserver }: ReachableCluster): string | undefined =>
  config?.helmRelease ?? apiserver?.helmRelease;

/** RKE2 has a chart of its own, which is not Cilium's and which its helm-controller installs. */
const RKE2_CHART = /^rke2-cilium-/;
const RKE2_RELEASE = "rke2-cilium";
/** Flux's, which has a release of Helm and upgrades it itself. */
const FLUX = "helm-controller";
const KUBECTL = /^kubectl\b/;

/** Who has installed a cluster's Cilium, as far as its objects tell. */
interface Installed {
  /** The release of Helm. */
  readonly release: string | undefined;
  /** The chart with its version. @default "" */
  readonly chart?: string;
  /** Who owns the name, this program apart. */
  readonly owners: readonly string[];
}

/** Where Cilium has its values, where a `helm upgrade` by hand would be undone, or install another chart; a clause. */
export function valuesElsewhere({ release, chart = "", owners }: Installed): string | undefined {
  if (RKE2_CHART.test(chart) || release === RKE2_RELEASE) {
    return `in valuesContent of HelmChartConfig kube-system/${RKE2_RELEASE}`;
  }
  const owner = owners.find((each) => each === FLUX || (release === undefined && !KUBECTL.test(each)));
  return owner === undefined ? undefined : `where ${JSON.stringify(owner)} has the chart's values from`;
}

function installed(live: ReachableCluster): Installed {
  const owners = dataOwners(live.config?.managedFields ?? [], NAME_KEY).filter((each) => each !== FIELD_MANAGER);
  return { release: releaseOf(live), chart: chartOf(live), owners };
}

/** The command that gives a cluster's Cilium other values and keeps the rest, its version too: without one, Helm takes the newest. */
function helmUpgrade(live: ReachableCluster, { namespace }: CiliumObjects, values: readonly string[]): string {
  const known = releaseOf(live) ?? "";
  const release = isObjectName(known) ? known : "<release>";
  const version = CHART.exec(chartOf(live))?.[1] ?? "<installed version>";
  const sets = values.map((value) => ` --set ${value}`).join("");
  return `helm upgrade ${release} cilium/cilium --version ${version} --namespace ${namespace} --reuse-values${sets}`;
}

/**
 * What a person does to give a cluster's Cilium other values, and to have the chart applied again: `run helm upgrade …`, or where the values are that
 * somebody else gives to it.
 *
 * @param values Such as `clustermesh.useAPIServer=true`; none has it applied as it is.
 */
export function giveValues(live: ReachableCluster, cilium: CiliumObjects, values: readonly string[]): string {
  const where = valuesElsewhere(installed(live));
  if (where === undefined) return `run ${helmUpgrade(live, cilium, values)}`;
  const plain = values.map((value) => value.replace(/^"(.*)"$/, "$1"));
  return plain.length === 0 ? `have the chart applied again ${where}` : `set ${plain.join(" and ")} ${where}`;
}

/** The command that restarts a clustermesh-apiserver: its etcd reads whom it trusts only when it starts. */
export const restartApiserver = ({ namespace }: CiliumObjects): string =>
  `kubectl --namespace ${namespace} rollout restart deployment/${APISERVER}`;

/** The command that restarts what Helm leaves running with the old name and id. */
export function restartAll({ namespace, daemonSet, operator }: CiliumObjects, others: readonly string[]): string {
  const workloads = [
    `daemonset/${daemonSet}`,
    ...(operator === false ? [] : [`deployment/${operator}`]),
    ...others.map((name) => `deployment/${name}`),
  ];
  return `kubectl --namespace ${namespace} rollout restart ${workloads.join(" ")}`;
}

/** The values that give a cluster its name and id. */
export const identityValues = ({ name, id }: Pick<Cluster, "name" | "id">): readonly string[] => [
  `cluster.name=${name}`,
  `cluster.id=${id}`,
];
