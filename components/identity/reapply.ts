import { configMapIn, readConfigMap, type LiveConfig } from "../cilium/configMap";
import { configuredObjects, rolloutChecksum, type CiliumObjects } from "../cilium/model/agentConfig";
import type { Before } from "../cilium/model/rollOut/judge";
import { rolloutsOf, type Rollout } from "../cilium/model/rollouts";
import { annotate } from "../cilium/rollOutAnnotation";
import { progress } from "../command/protocol";
import type { Kubectl } from "../kubernetes/kubectl";
import { parseList } from "../kubernetes/model/liveObject";
import { patching } from "../kubernetes/ownership";
import { readObjects } from "../kubernetes/readObjects";
import { applyOwnFields, ApplyConflict } from "../kubernetes/serverSideApply";
import { formatDiagnostics } from "../mesh/model/diagnostic";
import { planReapply } from "./model/reapply";
import { MARK_ANNOTATION, markText } from "./model/mark";
import type { Recorded } from "./model/recorded";
import { TRIES_AGAINST_OTHER_WRITERS } from "./restoreConfig";

/** What is set in a cluster, and may have to be set again. */
export interface Applied {
  readonly cluster: string;
  readonly cilium: CiliumObjects;
  readonly desired: Readonly<Record<string, string>>;
  /** Whose the cluster is. */
  readonly owner: string;
  /** What was there before. */
  readonly before: Recorded;
  readonly conflicts: "refuse" | "overwrite";
}

function existing(live: LiveConfig | undefined, { cluster, cilium }: Applied): LiveConfig {
  if (live === undefined) {
    const where = `${cilium.namespace}/${cilium.configMap}`;
    throw new Error(
      `cluster "${cluster}": ConfigMap ${where} is gone; install Cilium again, and then pulumi up --refresh`,
    );
  }
  return live;
}

/** Name and id as the ConfigMap's Patch resource has set them. */
async function reapplyConfig(kubectl: Kubectl, applied: Applied, first: LiveConfig | undefined): Promise<void> {
  const { cluster, cilium, desired, owner, before } = applied;
  const keys = Object.keys(desired).join(", ");
  let live = existing(first, applied);
  let set = false;
  for (let attempt = 1; ; attempt++) {
    const mark = markText({ ...before, configMap: live.uid }, owner);
    const isMarked = live.annotations[MARK_ANNOTATION] === mark;
    const plan = planReapply({
      ...applied,
      configMap: cilium.configMap,
      live,
      originalConfig: before.config,
      isMarked,
    });
    if (plan.kind === "asSet") {
      if (set)
        progress(`cluster "${cluster}": ${cilium.configMap} was not as this stack has set it: ${keys} set again`);
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
    const annotations = { ...patching(), [MARK_ANNOTATION]: mark };
    const place = { name: cilium.configMap, namespace: cilium.namespace };
    const seen = { uid: live.uid, ...(live.version === undefined ? {} : { resourceVersion: live.version }) };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { ...place, ...seen, annotations }, data: desired };
    try {
      await applyOwnFields(kubectl, object);
      set = true;
    } catch (error) {
      if (!(error instanceof ApplyConflict) || attempt === TRIES_AGAINST_OTHER_WRITERS) {
        throw error;
      }
    }
    live = existing(await readConfigMap(kubectl, cilium), applied);
  }
}

/** Rolls what was not rolled with this name and id yet, or has lost the mark of it. */
async function rollAgain(
  kubectl: Kubectl,
  { cluster, cilium, desired }: Applied,
  rollouts: Readonly<Record<string, Rollout>>,
): Promise<ReadonlyMap<string, Before>> {
  const rolling = await annotate(kubectl, cilium, rolloutChecksum(desired), rollouts);
  if (rolling.size > 0) {
    progress(`cluster "${cluster}": ${[...rolling.keys()].join(" and ")} roll, to run with ${JSON.stringify(desired)}`);
  }
  return rolling;
}

/**
 * Makes sure that name and id are as this stack has set them, and that agents and operator are rolled with them. A `destroy` that was
 * interrupted has given them back, and the state does not know: an `up` sees no difference and would leave the cluster out of the mesh. The
 * ConfigMap is written as its Patch resource writes it, so that the state is true again.
 *
 * @returns What of agents and operator (`kind/name`) was changed, and so rolls, with how it was before.
 * @throws Error when another manager has set values that must not be overwritten, or when `cilium-config` does not exist.
 */
export async function reapply(kubectl: Kubectl, applied: Applied): Promise<ReadonlyMap<string, Before>> {
  const { cilium } = applied;
  const list = await readObjects((args) => kubectl.read(args), cilium.namespace, configuredObjects(cilium));
  await reapplyConfig(kubectl, applied, configMapIn(list, cilium));
  return rollAgain(kubectl, applied, rolloutsOf(parseList(list), cilium));
}
