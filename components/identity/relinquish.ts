import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { appliedEntry } from "../kubernetes/model/managedFields";
import { FIELD_MANAGER } from "../kubernetes/model/ownership";
import { WriteConflict } from "../kubernetes/kubectlError";
import { MARK_ANNOTATION, seeMark } from "./model/mark";
import { TRIES_AGAINST_OTHER_WRITERS } from "./restoreConfig";

/** Whether another stack has meshed this cluster since: its name and id, and its mark, are not ours to touch. That is said. */
export function isAnothers(
  live: LiveConfig | undefined,
  cluster: string,
  cilium: CiliumObjects,
  owner: string,
): boolean {
  const mark = seeMark(live?.annotations[MARK_ANNOTATION], live?.uid ?? "", owner);
  if (mark.kind !== "otherOwner") return false;
  progress(
    `warning: cluster "${cluster}": ${cilium.configMap} belongs to stack ${JSON.stringify(mark.owner)} by now, and is left to it`,
  );
  return true;
}

/** One write towards that; nothing where all of it is done. */
async function relinquishOnce(api: ClusterApi, cilium: CiliumObjects, live: LiveConfig): Promise<boolean> {
  const { uid, version: resourceVersion } = live;
  if (appliedEntry(live.managedFields, FIELD_MANAGER) !== undefined) {
    const metadata = { name: cilium.configMap, namespace: cilium.namespace, uid, resourceVersion };
    await api.apply(FIELD_MANAGER, { apiVersion: "v1", kind: "ConfigMap", metadata });
    return true;
  }
  if (live.annotations[MARK_ANNOTATION] === undefined) return false;
  // Who has written it by hand owns it since; it is our mark all the same.
  const patch = { metadata: { resourceVersion, annotations: { [MARK_ANNOTATION]: null } } };
  await api.patch([`configmap/${cilium.configMap}`], cilium.namespace, { manager: FIELD_MANAGER, patch });
  return true;
}

/**
 * Gives up what this project owns of `cilium-config`, its mark included, and nothing else: a field that others own too stays. Nothing where it is
 * another stack's by now.
 *
 * @param first `cilium-config` as it was seen last.
 * @returns What it is now.
 */
export async function relinquish(
  api: ClusterApi,
  { cluster, cilium, owner }: { readonly cluster: string; readonly cilium: CiliumObjects; readonly owner: string },
  first: LiveConfig | undefined,
): Promise<LiveConfig | undefined> {
  let live = first;
  for (let tries = 1; tries <= TRIES_AGAINST_OTHER_WRITERS; tries++) {
    if (live === undefined || isAnothers(live, cluster, cilium, owner)) return live;
    try {
      if (!(await relinquishOnce(api, cilium, live))) return live;
    } catch (error) {
      if (!(error instanceof WriteConflict) || tries === TRIES_AGAINST_OTHER_WRITERS) throw error;
    }
    live = await readConfigMap(api, cilium);
  }
  return live;
}
