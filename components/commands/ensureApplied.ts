import { patching } from "../ownership";
import type { Kubectl } from "../kubectl";
import { rolledWorkloads, ROLLOUT_ANNOTATION, rolloutChecksum, type CiliumObjects } from "../model/agentConfig";
import { parseWorkload, planEnsuring } from "../model/ensuring";
import type { Originals } from "../model/originals";
import { formatProblems } from "../model/problem";
import { readConfigMap, TRIES_AGAINST_OTHER_WRITERS, type LiveConfig } from "./originals";
import { progress } from "./protocol";
import { applyOwnFields, ApplyConflict } from "./serverSideApply";

/** What a member's Patch resources have set, and may set again. */
export interface Applied {
  readonly cluster: string;
  readonly names: CiliumObjects;
  readonly desired: Readonly<Record<string, string>>;
  readonly originals: () => Originals;
  readonly conflicts: "refuse" | "overwrite";
}

async function liveConfig(kubectl: Kubectl, { cluster, names }: Applied): Promise<LiveConfig> {
  const live = await readConfigMap(kubectl, names);
  if (live === undefined) {
    const where = `${names.namespace}/${names.configMap}`;
    throw new Error(
      `cluster "${cluster}": ConfigMap ${where} is gone; install Cilium again, and then pulumi up --refresh`,
    );
  }
  return live;
}

/** Name and id as the ConfigMap's Patch resource has set them. */
async function ensureConfig(kubectl: Kubectl, applied: Applied): Promise<void> {
  const { cluster, names, desired, conflicts } = applied;
  for (let attempt = 1; ; attempt++) {
    const live = await liveConfig(kubectl, applied);
    const plan = planEnsuring({ ...applied, configMap: names.configMap, live });
    if (plan.kind === "asSet") {
      return;
    }
    if (plan.kind === "refused") {
      throw new Error(formatProblems("name and id are not what they were set to", plan.problems));
    }
    const annotations = patching(conflicts === "overwrite");
    const place = { name: names.configMap, namespace: names.namespace };
    const seen = { uid: live.uid, ...(live.version === undefined ? {} : { resourceVersion: live.version }) };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { ...place, ...seen, annotations }, data: desired };
    try {
      await applyOwnFields(kubectl, object);
      const keys = Object.keys(desired).join(", ");
      progress(`cluster "${cluster}": ${names.configMap} was not as this stack has set it: ${keys} set again`);
      return;
    } catch (error) {
      if (!(error instanceof ApplyConflict) || attempt === TRIES_AGAINST_OTHER_WRITERS) {
        throw error;
      }
    }
  }
}

/** The annotation that rolls the pods, as a workload's Patch resource has set it. What is not there has nothing to roll. */
async function ensureAnnotation(kubectl: Kubectl, applied: Applied, target: string): Promise<void> {
  const { cluster, names, desired } = applied;
  const json = await kubectl.run(["get", target, "-n", names.namespace, "--ignore-not-found", "-o", "json"]);
  if (json.trim() === "") {
    return;
  }
  const { apiVersion, kind, uid, podAnnotations } = parseWorkload(json);
  const checksum = rolloutChecksum(desired);
  if (podAnnotations[ROLLOUT_ANNOTATION] === checksum) {
    return;
  }
  const name = target.slice(target.indexOf("/") + 1);
  await applyOwnFields(kubectl, {
    apiVersion,
    kind,
    metadata: { name, namespace: names.namespace, uid, annotations: patching(true) },
    spec: { template: { metadata: { annotations: { [ROLLOUT_ANNOTATION]: checksum } } } },
  });
  progress(`cluster "${cluster}": ${target} was not as this stack has set it: it rolls again`);
}

/**
 * Makes sure that what a member's Patch resources have set is still there. A `destroy` that was interrupted has given it back, and the state
 * does not know: an `up` sees no difference and would leave the cluster out of the mesh. Written as the Patch resources write it, so that
 * the state is true again.
 *
 * @throws Error when somebody has set other values since, that may not be overwritten, or when `cilium-config` is gone.
 */
export async function ensureApplied(kubectl: Kubectl, applied: Applied): Promise<void> {
  await ensureConfig(kubectl, applied);
  for (const target of rolledWorkloads(applied.names)) {
    await ensureAnnotation(kubectl, applied, target);
  }
}
