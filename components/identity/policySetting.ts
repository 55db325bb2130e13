import { own } from "../basics/model/own";
import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import { POLICY_KEY, type CiliumObjects } from "../cilium/model/agentConfig";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { WriteConflict } from "../kubernetes/kubectlError";
import { appliedPart, fieldOwners } from "../kubernetes/model/managedFields";
import { FIELD_MANAGER } from "../kubernetes/model/ownership";
import { MARK_ANNOTATION, markText, seeMark } from "./model/mark";
import { readOriginalConfig, type OriginalField } from "./model/originalConfig";
import type { Recorded } from "./model/recorded";
import { restoreConfig, TRIES_AGAINST_OTHER_WRITERS } from "./restoreConfig";

/** A cluster whose `cilium-config` is changed, and whose it is. */
export interface Configured {
  readonly cluster: string;
  readonly cilium: CiliumObjects;
  readonly owner: string;
  /** What was there before. */
  readonly before: Recorded;
}

/** Selectors without a cluster select in all of them. */
const ANY_CLUSTER = "false";

/** Whether this project has set that selectors without a cluster select in all of them. */
export const isWidened = (live: LiveConfig | undefined): boolean =>
  live?.data[POLICY_KEY] === ANY_CLUSTER &&
  fieldOwners(live.managedFields, POLICY_KEY).some(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === "Apply",
  );

/** What the setting was before this project has set it: its mark tells, or the ConfigMap where it has not. */
export function originalSetting(live: LiveConfig, owner: string): OriginalField {
  const mark = seeMark(live.annotations[MARK_ANNOTATION], live.uid, owner);
  const kept = mark.kind === "ours" ? own(mark.mark.originals, POLICY_KEY) : undefined;
  if (kept !== undefined) return kept;
  if (isWidened(live)) return { kind: "absent" };
  return readOriginalConfig(live.data, live.managedFields, [POLICY_KEY])[POLICY_KEY] ?? { kind: "absent" };
}

/** Originals but for that of the setting, which only the mark has. */
export const withoutSetting = (originals: Recorded["config"]): Recorded["config"] =>
  Object.fromEntries(Object.entries(originals).filter(([key]) => key !== POLICY_KEY));

/** The originals that the mark has while the setting is this project's. */
export const widenedOriginals = (live: LiveConfig, { before, owner }: Configured): Recorded["config"] => ({
  ...before.config,
  [POLICY_KEY]: originalSetting(live, owner),
});

/** What is written beside name and id while the setting is this project's. */
export const widenedData = (live: LiveConfig): Readonly<Record<string, string>> =>
  isWidened(live) ? { [POLICY_KEY]: ANY_CLUSTER } : {};

/**
 * Sets that selectors without a cluster select in all of them (`policy-default-local-cluster: "false"`), with what was there before in the mark. While
 * some agents of a cluster have its new name and others its old one, a policy that names no cluster would select the pods of one half alone.
 *
 * @returns What `cilium-config` is then.
 */
export async function widenSelectors(api: ClusterApi, of: Configured, first: LiveConfig): Promise<LiveConfig> {
  const { cluster, cilium, owner, before } = of;
  let live = first;
  for (let tries = 1; !isWidened(live); tries++) {
    const { uid, version: resourceVersion } = live;
    const applied = appliedPart(live.object, live.managedFields, FIELD_MANAGER) as {
      readonly data?: Readonly<Record<string, string>>;
    };
    const mark = markText({ ...before, config: widenedOriginals(live, of), configMap: uid }, owner);
    const metadata = {
      name: cilium.configMap,
      namespace: cilium.namespace,
      uid,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      annotations: { [MARK_ANNOTATION]: mark },
    };
    const data = { ...applied.data, [POLICY_KEY]: ANY_CLUSTER };
    try {
      await api.apply(FIELD_MANAGER, { apiVersion: "v1", kind: "ConfigMap", metadata, data });
    } catch (error) {
      if (!(error instanceof WriteConflict) || tries === TRIES_AGAINST_OTHER_WRITERS) throw error;
    }
    const now = await readConfigMap(api, cilium);
    if (now === undefined) throw new Error(`cluster "${cluster}": ConfigMap ${cilium.configMap} was deleted meanwhile`);
    if (!isWidened(now) && tries === TRIES_AGAINST_OTHER_WRITERS) {
      throw new Error(
        `cluster "${cluster}": ${cilium.configMap} took ${POLICY_KEY}, and does not have what was written; see who else writes it`,
      );
    }
    live = now;
  }
  return live;
}

/** Gives that setting back; nothing where it is not this project's. @returns Whether it was given back. */
export async function restoreSelectors(api: ClusterApi, of: Configured): Promise<boolean> {
  const { cluster, cilium, owner } = of;
  const live = await readConfigMap(api, cilium);
  if (live === undefined || !isWidened(live)) return false;
  const original = { [POLICY_KEY]: originalSetting(live, owner) };
  await restoreConfig(api, cluster, cilium, original, { [POLICY_KEY]: ANY_CLUSTER }, live);
  return true;
}
