import { present } from "../basics/model/own";
import { configMapIn, readConfigMap, type LiveConfig } from "../cilium/configMap";
import { configuredObjects, rolloutChecksum, type CiliumObjects } from "../cilium/model/agentConfig";
import type { Before } from "../cilium/model/rollOut/judge";
import type { Workload } from "../cilium/model/rollOut/workload";
import { workloadsIn } from "../cilium/readWorkload";
import { annotate } from "../cilium/rollOutAnnotation";
import { progress } from "../command/protocol";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { WriteConflict } from "../kubernetes/kubectlError";
import { FIELD_MANAGER } from "../kubernetes/model/ownership";
import { error, formatDiagnostics } from "../mesh/model/diagnostic";
import type { Identity } from "../mesh/model/publication";
import { howToAllow } from "../settings/model/allow";
import { MARK_ANNOTATION, markText } from "./model/mark";
import type { Recorded } from "./model/recorded";
import { planIdentity } from "./model/setIdentity";
import { heldData, heldOriginals } from "./heldSettings";
import { TRIES_AGAINST_OTHER_WRITERS } from "./restoreConfig";

/** What is set in a cluster. */
export interface AgentIdentity {
  readonly cluster: string;
  readonly cilium: CiliumObjects;
  readonly desired: Readonly<Record<string, string>>;
  /** Whose the cluster is. */
  readonly owner: string;
  /** What was there before. */
  readonly before: Recorded;
  readonly overwriteConflicts: boolean;
  /** `asInstalled`: they have to be there already, the mark alone is written, and nothing rolls. */
  readonly identity: Identity;
}

/** What is set beside name and id while these change: nothing, or that selectors without a cluster select in all of them. */
export type Beside = "nothing" | "widenedSelectors";

/** A name and id that others have to set, for what else carries them is theirs. */
function refuseOtherInstalled(live: LiveConfig, { cluster, cilium, desired }: AgentIdentity): void {
  const problems = Object.entries(desired)
    .filter(([key, value]) => live.data[key] !== value)
    .map(([key, value]) =>
      error({
        cluster,
        property: `${cilium.configMap} ${key}`,
        value: live.data[key],
        reason: `is not ${JSON.stringify(value)}, and the certificates of its clustermesh-apiserver carry the name`,
        fix: `set cluster.name and cluster.id with helm upgrade, which issues them again, or ${howToAllow("overwriteConflicts")}`,
      }),
    );
  if (problems.length > 0) {
    throw new Error(formatDiagnostics("name and id are not those of the mesh", problems));
  }
}

function existing(live: LiveConfig | undefined, { cluster, cilium }: AgentIdentity): LiveConfig {
  if (live === undefined) {
    const where = `${cilium.namespace}/${cilium.configMap}`;
    throw new Error(
      `cluster "${cluster}": ConfigMap ${where} does not exist; install Cilium again, and then pulumi up`,
    );
  }
  return live;
}

/** Writes name, id and the mark where one of them is not as it has to be; of those that are as installed the mark alone. */
async function setConfig(
  api: ClusterApi,
  identity: AgentIdentity,
  first: LiveConfig | undefined,
  beside: Beside,
): Promise<void> {
  const { cluster, cilium, desired, owner, before } = identity;
  const keys = Object.keys(desired).join(", ");
  const isInstalled = identity.identity === "asInstalled";
  let live = existing(first, identity);
  let set = false;
  for (let attempt = 1; ; attempt++) {
    if (isInstalled) refuseOtherInstalled(live, identity);
    const isKept = beside === "widenedSelectors";
    const config = isKept ? heldOriginals(live, identity) : before.config;
    const mark = markText({ ...before, config, configMap: live.uid }, owner);
    const isMarked = live.annotations[MARK_ANNOTATION] === mark;
    const plan = planIdentity({
      ...identity,
      configMap: cilium.configMap,
      live,
      originalConfig: before.config,
      isMarked,
    });
    if (plan.kind === "asSet") {
      const done = isInstalled ? `is marked; its ${keys} are as installed` : `${keys} set`;
      if (set) progress(`cluster "${cluster}": ${cilium.configMap} ${done}`);
      return;
    }
    if (set) {
      throw new Error(
        `cluster "${cluster}": ${cilium.configMap} took ${keys}, and does not have what was written; ` +
          "see who else writes it, or which admission webhook changes it",
      );
    }
    if (plan.kind === "refused") {
      throw new Error(formatDiagnostics("name and id are not what they were set to", plan.problems));
    }
    const { uid, version: resourceVersion } = live;
    const place = present({ name: cilium.configMap, namespace: cilium.namespace, uid, resourceVersion });
    const metadata = { ...place, annotations: { [MARK_ANNOTATION]: mark } };
    const data = { ...desired, ...(isKept ? heldData(live) : {}) };
    // What is installed stays its installer's: who takes the mark away by hand leaves nothing of ours.
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata, ...(isInstalled ? {} : { data }) };
    try {
      await api.apply(FIELD_MANAGER, object);
      set = true;
    } catch (error) {
      if (!(error instanceof WriteConflict) || attempt === TRIES_AGAINST_OTHER_WRITERS) throw error;
    }
    live = existing(await readConfigMap(api, cilium), identity);
  }
}

/** Rolls what was not rolled with this name and id yet, or has lost the mark of it. */
async function rollAgain(
  api: ClusterApi,
  { cluster, cilium, desired }: AgentIdentity,
  workloads: readonly Workload[],
  beside: Beside,
): Promise<ReadonlyMap<string, Before>> {
  const checksum = rolloutChecksum(desired);
  const value = beside === "nothing" ? checksum : `${checksum}-${beside}`;
  const rolling = await annotate(api, cilium, value, workloads);
  if (rolling.size > 0) {
    progress(`cluster "${cluster}": ${[...rolling.keys()].join(" and ")} roll, to run with ${JSON.stringify(desired)}`);
  }
  return rolling;
}

/** What a change of name and id has set going. */
export interface SetIdentity {
  /** What of agents and operator (`kind/name`) was changed, and so rolls, with how it was before. */
  readonly rolling: ReadonlyMap<string, Before>;
  /** Whether all of them roll, and nobody has paused one: then no pod stays that has read other values. */
  readonly isWhole: boolean;
}

/**
 * Sets name and id in `cilium-config`, and rolls agents and operator with them. It is the one writer of them, and does nothing where all is as
 * it set it: so it can run again after a run that was interrupted, and where other managers have changed them since.
 *
 * @param beside What of this project's stays beside name and id, for a later roll-out to take away.
 * @throws Error when another manager has set values that must not be overwritten, when `cilium-config` does not exist, or when name and id that are to
 * be as installed are others.
 */
export async function setIdentity(
  api: ClusterApi,
  identity: AgentIdentity,
  beside: Beside = "nothing",
): Promise<SetIdentity> {
  const { cilium } = identity;
  const list = await api.objects(configuredObjects(cilium), cilium.namespace);
  const live = configMapIn(list, cilium);
  await setConfig(api, identity, live, beside);
  if (identity.identity === "asInstalled") return { rolling: new Map(), isWhole: false };
  const workloads = workloadsIn(list, cilium);
  const rolling = await rollAgain(api, identity, workloads, beside);
  return { rolling, isWhole: workloads.every(({ name, restarts }) => rolling.has(name) && restarts !== "paused") };
}
