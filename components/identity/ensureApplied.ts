import { configMapIn, readConfigMap, type LiveConfig } from "../cilium/configMap";
import { memberObjects, rolloutChecksum, type CiliumObjects } from "../cilium/model/agentConfig";
import type { Before } from "../cilium/model/rollOut/judge";
import { rollOutsOf, type RollOut } from "../cilium/model/rollOuts";
import { annotate } from "../cilium/rollOutAnnotation";
import { progress } from "../command/protocol";
import type { Kubectl } from "../kubernetes/kubectl";
import { parseList } from "../kubernetes/model/liveObject";
import { patching } from "../kubernetes/ownership";
import { readObjects } from "../kubernetes/readObjects";
import { applyOwnFields, ApplyConflict } from "../kubernetes/serverSideApply";
import { formatProblems } from "../mesh/model/problem";
import { planEnsuring } from "./model/ensuring";
import { MARK_ANNOTATION, markText } from "./model/mark";
import type { Recorded } from "./model/recorded";
import { TRIES_AGAINST_OTHER_WRITERS } from "./originals";

/** What is set in a member, and may have to be set again. */
export interface Applied {
  readonly cluster: string;
  readonly names: CiliumObjects;
  readonly desired: Readonly<Record<string, string>>;
  /** Whose the cluster is. */
  readonly owner: string;
  /** What was there before. */
  readonly before: Recorded;
  readonly conflicts: "refuse" | "overwrite";
}

function present(live: LiveConfig | undefined, { cluster, names }: Applied): LiveConfig {
  if (live === undefined) {
    const where = `${names.namespace}/${names.configMap}`;
    throw new Error(
      `cluster "${cluster}": ConfigMap ${where} is gone; install Cilium again, and then pulumi up --refresh`,
    );
  }
  return live;
}

/** Name and id as the ConfigMap's Patch resource has set them. */
async function ensureConfig(kubectl: Kubectl, applied: Applied, first: LiveConfig | undefined): Promise<void> {
  const { cluster, names, desired, owner, before } = applied;
  const keys = Object.keys(desired).join(", ");
  let live = present(first, applied);
  let set = false;
  for (let attempt = 1; ; attempt++) {
    const mark = markText({ ...before, configMap: live.uid }, owner);
    const isMarked = live.annotations[MARK_ANNOTATION] === mark;
    const plan = planEnsuring({ ...applied, configMap: names.configMap, live, originals: before.config, isMarked });
    if (plan.kind === "asSet") {
      if (set) progress(`cluster "${cluster}": ${names.configMap} was not as this stack has set it: ${keys} set again`);
      return;
    }
    if (set) {
      throw new Error(
        `cluster "${cluster}": ${names.configMap} took ${keys}, and does not have what was written; ` +
          "see who else writes it, or which admission webhook changes it",
      );
    }
    if (plan.kind === "refused") {
      throw new Error(formatProblems("name and id are not what they were set to", plan.problems));
    }
    const annotations = { ...patching(), [MARK_ANNOTATION]: mark };
    const place = { name: names.configMap, namespace: names.namespace };
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
    live = present(await readConfigMap(kubectl, names), applied);
  }
}

/** Rolls what was not rolled with this name and id yet, or has lost the mark of it. */
async function ensureRolled(
  kubectl: Kubectl,
  { cluster, names, desired }: Applied,
  rollOuts: Readonly<Record<string, RollOut>>,
): Promise<ReadonlyMap<string, Before>> {
  const rolling = await annotate(kubectl, names, rolloutChecksum(desired), rollOuts);
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
 * @throws Error when somebody has set other values since, that may not be overwritten, or when `cilium-config` is gone.
 */
export async function ensureApplied(kubectl: Kubectl, applied: Applied): Promise<ReadonlyMap<string, Before>> {
  const { names } = applied;
  const list = await readObjects((args) => kubectl.read(args), names.namespace, memberObjects(names));
  await ensureConfig(kubectl, applied, configMapIn(list, names));
  return ensureRolled(kubectl, applied, rollOutsOf(parseList(list), names));
}
