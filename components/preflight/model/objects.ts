import { compact } from "../../basics/model/lists";
import { AGENT_CONTAINER, desiredConfig, ID_KEY, NAME_KEY } from "../../cilium/model/agentConfig";
import { isInstaller } from "../../identity/model/setIdentity";
import { markProblem } from "../../identity/model/mark";
import type { OriginalConfig } from "../../identity/model/originalConfig";
import { dataOwners, type OwnedData } from "../../kubernetes/model/managedFields";
import { objectName } from "../../kubernetes/model/managedObject";
import { FIELD_MANAGER } from "../../kubernetes/model/ownership";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import { howToAllow } from "../../settings/model/allow";
import { CLUSTERMESH_DIRECTORY, holdsPeers } from "../../peers/model/peerFile";
import { giveValues, identityValues, kubectlOf, valuesElsewhere } from "./helmCommand";
import type { ExistingObject } from "./liveCluster";
import { markOf, setBefore } from "./marks";
import type { InspectedCluster, PreflightPolicy } from "./policy";

/** Objects of Cilium that the program patches and that are not there, or not as it needs them. */
export function missingObjects({ cluster, live }: InspectedCluster, policy: PreflightPolicy): readonly Diagnostic[] {
  const { namespace, configMap, daemonSet, operator } = policy.cilium;
  const missing = (property: string, name: string): Diagnostic => {
    const fix = "install Cilium there, or name the object that your installation has";
    const reason = "does not exist in the cluster";
    return error({ cluster: cluster.name, property, value: `${namespace}/${name}`, reason, fix });
  };
  const projects = live.agent?.clustermeshSecrets.includes(policy.peerSecret) ?? true;
  const isPart = live.agent?.subPathSecrets?.includes(policy.peerSecret) === true;
  const secret = JSON.stringify(policy.peerSecret);
  const frozen = {
    reason: `mounts Secret ${secret} at ${CLUSTERMESH_DIRECTORY} with subPath: the kubelet never updates such a mount`,
    fix: "mount the whole volume there, without subPath",
  };
  const absent = {
    reason: `has no volume of Secret ${secret} at ${CLUSTERMESH_DIRECTORY}`,
    fix:
      "add to its pod template: a volume {name: clustermesh-secrets, projected: {defaultMode: 0400, sources: " +
      `[{secret: {name: ${policy.peerSecret}, optional: true}}]}} and to its container ${AGENT_CONTAINER} a volumeMount ` +
      `{name: clustermesh-secrets, mountPath: ${CLUSTERMESH_DIRECTORY}, readOnly: true}`,
  };
  const property = `DaemonSet ${namespace}/${daemonSet}`;
  return compact([
    live.config === undefined && missing("ConfigMap", configMap),
    live.agent === undefined && missing("DaemonSet", daemonSet),
    operator !== false && !live.hasOperator && missing("Deployment", operator),
    !projects && error({ cluster: cluster.name, property, ...(isPart ? frozen : absent) }),
  ]);
}

/** Values that another manager owns, and which it is. */
interface OwnedValues {
  readonly owner: string;
  readonly keys: readonly string[];
}

/** The keys whose values differ and would be written again after ours by who owns them, by owner. */
function ownedByOthers(
  config: OwnedData,
  wanted: Readonly<Record<string, string>>,
  originalConfig: OriginalConfig | undefined,
): readonly OwnedValues[] {
  const keys = Object.entries(wanted).flatMap(([key, desired]) => {
    const current = config.data[key];
    const owner = dataOwners(config.managedFields, key).find((manager) => manager !== FIELD_MANAGER);
    const isDrift = originalConfig !== undefined && !isInstaller(owner, originalConfig[key]);
    return current === undefined || current === desired || owner === undefined || isDrift ? [] : [{ key, owner }];
  });
  return [...new Set(keys.map(({ owner }) => owner))].map((owner) => ({
    owner,
    keys: keys.flatMap((each) => (each.owner === owner ? [each.key] : [])),
  }));
}

/** A configuration whose values have owners. */
interface OwnedConfig extends OwnedData {
  readonly helmRelease?: string;
}

/** Name and id as values of a release of Helm, or of who gives them to it. */
function named(release: string, owner: string, wanted: Readonly<Record<string, string>>): string {
  const values = `cluster.name=${wanted[NAME_KEY] ?? ""} and cluster.id=${wanted[ID_KEY] ?? ""}`;
  const elsewhere = valuesElsewhere({ release, owners: [owner] });
  return elsewhere === undefined ? `helm upgrade with ${values}` : `set ${values} ${elsewhere}`;
}

/**
 * Values that differ and that another manager owns: it would write its own value again after ours. A value of ours that was changed by hand
 * since is no such conflict: it is set again.
 *
 * @param originalConfig What was there before ours; absent where there never was anything of ours.
 * @param byHelm How its release of Helm gets name and id. @default they are named alone
 */
export function otherOwners(
  cluster: string,
  configMap: string,
  config: OwnedConfig,
  wanted: Readonly<Record<string, string>>,
  originalConfig?: OriginalConfig,
  byHelm?: string,
): readonly Diagnostic[] {
  const { helmRelease } = config;
  return ownedByOthers(config, wanted, originalConfig).map(({ owner, keys }) => {
    const desired = keys.map((key) => JSON.stringify(wanted[key])).join(" and ");
    const current = keys.map((key) => config.data[key]);
    const [is, differ, it] = keys.length === 1 ? ["belongs", "differs", "it"] : ["belong", "differ", "them"];
    const whose =
      helmRelease === undefined
        ? `field manager ${JSON.stringify(owner)}`
        : `Helm release ${JSON.stringify(helmRelease)}`;
    const fix =
      helmRelease === undefined
        ? `set ${it} to ${desired} where ${JSON.stringify(owner)} has ${it} from`
        : (byHelm ?? named(helmRelease, owner, wanted));
    return error({
      cluster,
      property: `${configMap} ${keys.join(" and ")}`,
      value: current.length === 1 ? current[0] : current,
      reason: `${is} to ${whose} and ${differ} from ${desired}`,
      fix: `${fix}; or ${howToAllow("overwriteConflicts")}: the originals come back on destroy`,
    });
  });
}

/** {@link otherOwners} of a live cluster. */
export function ownedValues({ cluster, live }: InspectedCluster, policy: PreflightPolicy): readonly Diagnostic[] {
  if (cluster.identity !== "set" || live.config === undefined || policy.allow.includes("overwriteConflicts")) return [];
  const mark = markOf(live, policy.owner);
  const originalConfig = mark.kind === "ours" ? mark.mark.originals : undefined;
  const byHelm = giveValues(live, policy.cilium, identityValues(cluster));
  const { configMap } = policy.cilium;
  return otherOwners(cluster.name, configMap, live.config, desiredConfig(cluster), originalConfig, byHelm);
}

function wayOut(object: ExistingObject, peerSecret: string): string {
  if (object.kind !== "Secret") return "remove it, or choose another name or namespace";
  if (object.owner !== undefined) {
    return "let that stack give it back first, or choose another name that the agents mount";
  }
  if (!holdsPeers(object.name, peerSecret)) return "remove it";
  const another =
    object.name === peerSecret ? " set clustermesh:peerSecret to another name that the agents mount," : "";
  return `remove it,${another} or ${howToAllow("adoptSecret")}: it gets the peers and keeps its own keys`;
}

/**
 * The problem of an object that is there already and not this stack's; `undefined` where it is.
 *
 * @param peerSecret Name of the Secret with the peer files: of all Secrets this one alone, and that of KVStoreMesh, can be adopted.
 */
export function existingObjectProblem(
  cluster: string,
  object: ExistingObject,
  owner: string,
  peerSecret: string,
): Diagnostic | undefined {
  if (object.owner === owner) return undefined;
  const whose =
    object.owner === undefined ? `was made by ${object.maker}` : `belongs to stack ${JSON.stringify(object.owner)}`;
  const fix = wayOut(object, peerSecret);
  return error({ cluster, property: objectName(object), reason: `exists and ${whose}`, fix });
}

/** Keys of others in a Secret that is shared with them, under which ours would be written. */
export function clashingKeys(cluster: string, object: ExistingObject, ours: readonly string[]): readonly Diagnostic[] {
  const clash = object.keys.filter((key) => ours.includes(key));
  const fix = "remove those keys, or choose another name with clustermesh:peerSecret";
  const reason = "are keys that it has already";
  return clash.length === 0 ? [] : [error({ cluster, property: objectName(object), value: clash, reason, fix })];
}

/** Objects under the names that this stack will use and that have another owner; and keys of other owners in a Secret that we share. */
export function foreignObjects(found: InspectedCluster, policy: PreflightPolicy): readonly Diagnostic[] {
  const { cluster, live } = found;
  return live.existingObjects.flatMap((object): readonly Diagnostic[] => {
    const isPeers = object.kind === "Secret" && holdsPeers(object.name, policy.peerSecret);
    const isShared = policy.allow.includes("adoptSecret") && isPeers;
    // One of ours that has lost its mark: it gets it again.
    const isUnmarked = object.owner === undefined && object.isApplied && setBefore(found, policy) !== undefined;
    const isAdopted = isUnmarked || (isShared && object.owner === undefined);
    const problem = isAdopted
      ? undefined
      : existingObjectProblem(cluster.name, object, policy.owner, policy.peerSecret);
    if (problem !== undefined || !isShared) return problem === undefined ? [] : [problem];
    return clashingKeys(cluster.name, object, policy.peerSecretKeys);
  });
}

/** A cluster that another stack has meshed, or whose mark does not show what it was before. */
export function markProblems({ cluster, live }: InspectedCluster, policy: PreflightPolicy): readonly Diagnostic[] {
  const isKnown = policy.recorded[cluster.name]?.uid === live.uid;
  const problem = markProblem(markOf(live, policy.owner), policy.cilium, kubectlOf(live), isKnown);
  return problem === undefined ? [] : [error({ cluster: cluster.name, ...problem })];
}
