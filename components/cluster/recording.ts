import { configMapIn, type LiveConfig } from "../cilium/configMap";
import { NAME_KEY, type CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import { isSetByUs, MARK_ANNOTATION, markProblem, seeMark, type SeenMark } from "../identity/model/mark";
import { readOriginalConfig } from "../identity/model/originalConfig";
import { otherClusterProblem, otherTargets } from "../identity/model/otherCluster";
import { readRecorded, targetsOf, type Recorded } from "../identity/model/recorded";
import { withoutHeld } from "../identity/heldSettings";
import { OtherCluster } from "../identity/otherCluster";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { ManagedObject } from "../kubernetes/model/managedObject";
import { parseList } from "../kubernetes/model/liveObject";
import { FIELD_MANAGER, HELM_RELEASE_ANNOTATION } from "../kubernetes/model/ownership";
import { byPlace, readManagedObjects } from "../kubernetes/readObjects";
import { error, findingError, formatDiagnostics, type Finding } from "../mesh/model/diagnostic";
import { pathsBeforehand } from "../nodePaths/pathRecord";
import { holdsPeers, KVSTOREMESH_SECRET } from "../peers/model/peerFile";
import { identityChange, identityIn } from "../preflight/model/identity";
import { parseExistingObjects, type ExistingObject } from "../preflight/model/liveCluster";
import { clashingKeys, existingObjectProblem, otherOwners } from "../preflight/model/objects";
import { hasCaches } from "./model/removal";

/** The input of the first step on a cluster. */
export interface Recording {
  readonly cluster: string;
  readonly cilium: CiliumObjects;
  readonly desired: Readonly<Record<string, string>>;
  readonly managedObjects: readonly ManagedObject[];
  readonly owner: string;
  readonly peerSecret: string;
  readonly adoptSecret: boolean;
  /** The keys that will be written into an adopted Secret. */
  readonly peerKeys: readonly string[];
  readonly overwriteConflicts: boolean;
  /** Whether a check will want to know what worked before. */
  readonly probePaths: boolean;
}

interface Seen {
  readonly uid: string;
  readonly config: LiveConfig | undefined;
  readonly mark: SeenMark;
  readonly existingObjects: readonly ExistingObject[];
}

/** Reads what is there of all that will be written to. */
async function see(api: ClusterApi, { cilium, managedObjects, owner }: Recording): Promise<Seen> {
  const { namespace, configMap } = cilium;
  const ofCilium = ["namespace/kube-system", `configmap/${configMap}`];
  const { near, far } = byPlace(managedObjects, namespace);
  const [list, elsewhere] = await Promise.all([
    api.objects([...ofCilium, ...near], namespace),
    readManagedObjects(api, far),
  ]);
  const uid = parseList(list).find(({ kind, metadata }) => kind === "Namespace" && metadata.name === "kube-system")
    ?.metadata.uid;
  if (uid === undefined) {
    throw new Error("namespace kube-system was not told, so which cluster this is is not known");
  }
  const config = configMapIn(list, cilium);
  const mark = seeMark(config?.annotations[MARK_ANNOTATION], config?.uid ?? "", owner);
  const claimed = [list, elsewhere]
    .flatMap(parseExistingObjects)
    .filter(({ kind, name }) => !ofCilium.includes(`${kind.toLowerCase()}/${name}`));
  return { uid, config, mark, existingObjects: claimed };
}

function refuse(heading: string, cluster: string, problems: readonly Omit<Finding, "cluster">[]): void {
  if (problems.length > 0) {
    const named = problems.map((problem) => error({ cluster, ...problem }));
    throw findingError(formatDiagnostics(heading, named), named);
  }
}

/**
 * Refuses what must not be touched. This is the last check, for a preview can be made without live checks.
 *
 * @param before What was recorded of it; absent where nothing is known.
 */
function refuseForeign(
  { command }: ClusterApi,
  { config, mark, existingObjects }: Seen,
  recording: Recording,
  before?: Recorded,
): void {
  const { cluster, cilium, desired, owner, peerSecret, adoptSecret } = recording;
  const isMeshed = before !== undefined || mark.kind === "ours";
  const problems = existingObjects.flatMap((object) => {
    // One of ours that has lost its mark: it gets it again.
    const isUnmarked = object.owner === undefined && object.isApplied && isMeshed;
    const isShared = object.kind === "Secret" && holdsPeers(object.name, peerSecret) && adoptSecret;
    const isAdopted = isUnmarked || (isShared && object.owner === undefined);
    const problem = isAdopted ? undefined : existingObjectProblem(cluster, object, owner, peerSecret);
    return problem ?? (isShared ? clashingKeys(cluster, object, recording.peerKeys) : []);
  });
  refuse("objects that this stack did not make are in the way", cluster, [
    ...problems,
    ...[markProblem(mark, cilium, command, before !== undefined) ?? []].flat(),
  ]);
  if (config !== undefined && !recording.overwriteConflicts) {
    const originalConfig = before?.config ?? (mark.kind === "ours" ? mark.mark.originals : undefined);
    const release = config.annotations[HELM_RELEASE_ANNOTATION];
    const owned = { ...config, ...(release === undefined ? {} : { helmRelease: release }) };
    const others = otherOwners(cluster, cilium.configMap, owned, desired, originalConfig);
    refuse("other managers own name or id, with other values", cluster, others);
  }
  const known = before?.set ?? (mark.kind === "ours" ? mark.mark.set : (config?.data ?? {}));
  refuse(
    "it has to leave the mesh first",
    cluster,
    [identityChange(identityIn(known), identityIn(desired)) ?? []].flat(),
  );
}

/** The originals of `cilium-config`: those that its mark has kept, or what is there now. */
function originalConfigNow(config: LiveConfig, mark: SeenMark, recording: Recording): Recorded["config"] {
  const { cluster, cilium, desired } = recording;
  if (mark.kind === "ours") {
    progress(
      `cluster "${cluster}": was meshed by this stack before; its originals are those that ${cilium.configMap} has kept`,
    );
    return withoutHeld(mark.mark.originals);
  }
  const originalConfig = readOriginalConfig(config.data, config.managedFields, Object.keys(desired));
  if (mark.kind === "otherObject") {
    progress(
      `warning: cluster "${cluster}": ${cilium.configMap} bears the mark of another object (uid ${mark.uid}), of which it is a copy; ` +
        "what that says is not used",
    );
  }
  if (isSetByUs(originalConfig, FIELD_MANAGER)) {
    refuse("what it was before it was meshed is not known", cluster, [
      {
        property: `${cilium.configMap} ${NAME_KEY}`,
        value: config.data[NAME_KEY],
        reason: `was set by this program before, and neither state nor annotation ${MARK_ANNOTATION} says what was there before`,
        fix: "write back what Cilium was installed with (helm upgrade, or kubectl patch with another field manager), and run this again",
      },
    ]);
  }
  return originalConfig;
}

function isThereBefore({ existingObjects }: Seen, secret: string, owner: string): Recorded["peerSecret"] {
  const there = existingObjects.find(({ kind, name }) => kind === "Secret" && name === secret);
  return there === undefined || (there.owner === owner && there.keys.length === 0) ? "absent" : "present";
}

const peersBefore = (seen: Seen, { peerSecret, owner }: Recording): Recorded["peerSecret"] =>
  seen.mark.kind === "ours" ? seen.mark.mark.peerSecret : isThereBefore(seen, peerSecret, owner);

/** Nothing where KVStoreMesh is given no peers. */
function cachesBefore(seen: Seen, { managedObjects, owner }: Recording): Pick<Recorded, "kvstoremeshSecret"> {
  if (!hasCaches(managedObjects)) return {};
  const marked = seen.mark.kind === "ours" ? seen.mark.mark.kvstoremeshSecret : undefined;
  return { kvstoremeshSecret: marked ?? isThereBefore(seen, KVSTOREMESH_SECRET, owner) };
}

/** Records a cluster as it is before anything is written to it. Fails where what follows would create or take over something. */
async function recordSeen(api: ClusterApi, seen: Seen, recording: Recording): Promise<string> {
  const { cluster, cilium, peerSecret, probePaths } = recording;
  refuseForeign(api, seen, recording);
  const { config } = seen;
  if (config === undefined) {
    throw new Error(`ConfigMap ${cilium.namespace}/${cilium.configMap} not found`);
  }
  const result: Recorded = {
    cluster: seen.uid,
    configMap: config.uid,
    config: originalConfigNow(config, seen.mark, recording),
    set: recording.desired,
    targets: targetsOf(cilium, peerSecret),
    peerSecret: peersBefore(seen, recording),
    ...cachesBefore(seen, recording),
    paths: probePaths ? await pathsBeforehand(api, cluster, cilium) : undefined,
  };
  return JSON.stringify(result);
}

/** The first step on a cluster. */
export async function record(api: ClusterApi, recording: Recording): Promise<string> {
  return recordSeen(api, await see(api, recording), recording);
}

/**
 * The same again: by now the cluster has our values, and what was recorded first stays. It has to be the same cluster, and the same objects in
 * it. A cluster that was declared lost and is another one by now is recorded again; so is a `cilium-config` that was installed again.
 *
 * @param printed What was recorded.
 */
export async function keep(api: ClusterApi, recording: Recording, printed: string): Promise<string> {
  const { cluster, cilium, desired, peerSecret } = recording;
  const seen = await see(api, recording);
  const before = readRecorded(printed);
  if (before === undefined) {
    return recordSeen(api, seen, recording);
  }
  const { lost, ...known } = before;
  // One whose agents begin to read a cache has not recorded that before.
  const kept = { ...cachesBefore(seen, recording), ...known };
  if (seen.uid !== kept.cluster) {
    if (lost === true) {
      progress(`cluster "${cluster}": is another one than before it was declared lost; it joins as it is now`);
      return recordSeen(api, seen, recording);
    }
    const problem = otherClusterProblem(cluster, kept.cluster, seen.uid);
    throw new OtherCluster(formatDiagnostics("nothing of it is touched", [problem]));
  }
  refuse(
    "a meshed cluster keeps its objects",
    cluster,
    otherTargets(cluster, kept.targets, targetsOf(cilium, peerSecret)),
  );
  refuseForeign(api, seen, recording, kept);
  const { config, mark } = seen;
  if (config === undefined || config.uid === kept.configMap) {
    return JSON.stringify(kept);
  }
  const isCopy = mark.kind !== "none";
  const again = isCopy ? "of a copy; what was recorded stays" : "; what is in it now is what destroy gives back";
  progress(`cluster "${cluster}": ${cilium.configMap} was made again since${isCopy ? " " : ""}${again}`);
  const installed = isCopy ? kept.config : readOriginalConfig(config.data, config.managedFields, Object.keys(desired));
  return JSON.stringify({ ...kept, configMap: config.uid, config: installed });
}
