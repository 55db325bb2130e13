import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import { isLateWrite } from "../kubernetes/apiObject";
import type { Kubectl } from "../kubernetes/kubectl";
import { FIELD_MANAGER } from "../kubernetes/model/ownership";
import { applyOwnFields, ApplyConflict } from "../kubernetes/serverSideApply";
import { MARK_ANNOTATION, seeMark } from "./model/mark";
import { TRIES_AGAINST_OTHER_WRITERS } from "./originals";

/** Whether another stack has meshed this cluster since: its name and id, and its mark, are not ours to touch. That is said. */
export async function isAnothers(
  kubectl: Kubectl,
  cluster: string,
  names: CiliumObjects,
  owner: string,
): Promise<boolean> {
  const live = await readConfigMap(kubectl, names);
  const mark = seeMark(live?.annotations[MARK_ANNOTATION], live?.uid ?? "", owner);
  if (mark.kind !== "otherOwner") {
    return false;
  }
  progress(
    `warning: cluster "${cluster}": ${names.configMap} belongs to stack ${JSON.stringify(mark.owner)} by now, and is left to it`,
  );
  return true;
}

/** One write towards that; nothing where all of it is done. */
async function relinquishOnce(kubectl: Kubectl, names: CiliumObjects, live: LiveConfig): Promise<boolean> {
  const { uid, version: resourceVersion } = live;
  const isApplied = live.managedFields.some(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === "Apply",
  );
  if (isApplied) {
    const metadata = { name: names.configMap, namespace: names.namespace, uid, resourceVersion };
    await applyOwnFields(kubectl, { apiVersion: "v1", kind: "ConfigMap", metadata });
    return true;
  }
  if (live.annotations[MARK_ANNOTATION] === undefined) {
    return false;
  }
  // Who has written it by hand owns it since; it is our mark all the same.
  const body = JSON.stringify({ metadata: { resourceVersion, annotations: { [MARK_ANNOTATION]: null } } });
  const how = ["--type=merge", `--field-manager=${FIELD_MANAGER}`, "--patch", body];
  await kubectl.run(["patch", `configmap/${names.configMap}`, "-n", names.namespace, ...how]);
  return true;
}

/** Gives up what this project owns of `cilium-config`, its mark included, and nothing else: a field that others own too stays. */
export async function relinquish(kubectl: Kubectl, names: CiliumObjects): Promise<void> {
  for (let tries = 1; tries <= TRIES_AGAINST_OTHER_WRITERS; tries++) {
    const live = await readConfigMap(kubectl, names);
    try {
      if (live === undefined || !(await relinquishOnce(kubectl, names, live))) {
        return;
      }
    } catch (error) {
      const isLate = error instanceof ApplyConflict || isLateWrite(error);
      if (!isLate || tries === TRIES_AGAINST_OTHER_WRITERS) {
        throw error;
      }
    }
  }
}
