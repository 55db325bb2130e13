import type { Kubectl } from "../kubectl";
import { FIELD_MANAGER, type CiliumObjects } from "../model/agentConfig";
import { MARK_ANNOTATION, seeMark } from "../model/mark";
import { readConfigMap, TRIES_AGAINST_OTHER_WRITERS } from "./originals";
import { progress } from "./protocol";
import { applyOwnFields, ApplyConflict } from "./serverSideApply";

/**
 * Gives up what this project owns of `cilium-config`, the mark of this stack included, and nothing else: a field that others own too stays.
 * What another stack has marked is its own by now.
 */
export async function relinquish(
  kubectl: Kubectl,
  cluster: string,
  names: CiliumObjects,
  owner: string,
): Promise<void> {
  for (let late = 0; ;) {
    const live = await readConfigMap(kubectl, names);
    const isOurs = live?.managedFields.some(
      ({ manager, operation }) => manager === FIELD_MANAGER && operation === "Apply",
    );
    if (live === undefined || isOurs !== true) {
      return;
    }
    const mark = seeMark(live.annotations[MARK_ANNOTATION], live.uid, owner);
    if (mark.kind === "otherOwner") {
      progress(
        `warning: cluster "${cluster}": ${names.configMap} belongs to stack "${mark.owner}" by now, and is left to it`,
      );
      return;
    }
    const { uid, version: resourceVersion } = live;
    const metadata = { name: names.configMap, namespace: names.namespace, uid, resourceVersion };
    try {
      await applyOwnFields(kubectl, { apiVersion: "v1", kind: "ConfigMap", metadata });
      return;
    } catch (error) {
      late += 1;
      if (!(error instanceof ApplyConflict) || late === TRIES_AGAINST_OTHER_WRITERS) {
        throw error;
      }
    }
  }
}
