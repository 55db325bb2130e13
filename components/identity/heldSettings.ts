import { own } from "../basics/model/own";
import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import { HELD_KEYS, type CiliumObjects, type HeldKey } from "../cilium/model/agentConfig";
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

/** What this project sets of every setting that it holds while name and id change. */
const OFF = "false";

/** Whether this project has set a setting to that. */
export const isHeld = (live: LiveConfig | undefined, key: HeldKey): boolean =>
  live?.data[key] === OFF &&
  fieldOwners(live.managedFields, key).some(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === "Apply",
  );

/** Those of these that it has. */
export const heldKeys = (live: LiveConfig | undefined, keys: readonly HeldKey[] = HELD_KEYS): readonly HeldKey[] =>
  keys.filter((key) => isHeld(live, key));

const valuesOf = (keys: readonly HeldKey[]): Readonly<Record<string, string>> =>
  Object.fromEntries(keys.map((key) => [key, OFF]));

/** What a setting was before this project has set it: its mark tells, or the ConfigMap where it has not. */
export function originalSetting(live: LiveConfig, owner: string, key: HeldKey): OriginalField {
  const mark = seeMark(live.annotations[MARK_ANNOTATION], live.uid, owner);
  const kept = mark.kind === "ours" ? own(mark.mark.originals, key) : undefined;
  if (kept !== undefined) return kept;
  if (isHeld(live, key)) return { kind: "absent" };
  return readOriginalConfig(live.data, live.managedFields, [key])[key] ?? { kind: "absent" };
}

const originalsOf = (live: LiveConfig, owner: string, keys: readonly HeldKey[]): Recorded["config"] =>
  Object.fromEntries(keys.map((key) => [key, originalSetting(live, owner, key)]));

/** Originals but for those of settings that are held, which only the mark has. */
export const withoutHeld = (originals: Recorded["config"]): Recorded["config"] =>
  Object.fromEntries(Object.entries(originals).filter(([key]) => !HELD_KEYS.some((held) => held === key)));

/** The originals that the mark has while settings are held, and these as well. */
export const heldOriginals = (
  live: LiveConfig,
  { before, owner }: Pick<Configured, "before" | "owner">,
  more: readonly HeldKey[] = [],
): Recorded["config"] => ({ ...before.config, ...originalsOf(live, owner, [...heldKeys(live), ...more]) });

/** What is written beside name and id while settings are held. */
export const heldData = (live: LiveConfig): Readonly<Record<string, string>> => valuesOf(heldKeys(live));

/**
 * Sets settings to `"false"`, with what was there before in the mark.
 *
 * @returns What `cilium-config` is then.
 */
export async function hold(
  api: ClusterApi,
  of: Configured,
  first: LiveConfig,
  keys: readonly HeldKey[],
): Promise<LiveConfig> {
  const { cluster, cilium, owner, before } = of;
  let live = first;
  for (let tries = 1; heldKeys(live, keys).length < keys.length; tries++) {
    const { uid, version: resourceVersion } = live;
    const applied = appliedPart(live.object, live.managedFields, FIELD_MANAGER) as {
      readonly data?: Readonly<Record<string, string>>;
    };
    const mark = markText({ ...before, config: heldOriginals(live, of, keys), configMap: uid }, owner);
    const metadata = {
      name: cilium.configMap,
      namespace: cilium.namespace,
      uid,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      annotations: { [MARK_ANNOTATION]: mark },
    };
    const data = { ...applied.data, ...valuesOf(keys) };
    try {
      await api.apply(FIELD_MANAGER, { apiVersion: "v1", kind: "ConfigMap", metadata, data });
    } catch (error) {
      if (!(error instanceof WriteConflict) || tries === TRIES_AGAINST_OTHER_WRITERS) throw error;
    }
    const now = await readConfigMap(api, cilium);
    if (now === undefined) throw new Error(`cluster "${cluster}": ConfigMap ${cilium.configMap} was deleted meanwhile`);
    if (heldKeys(now, keys).length < keys.length && tries === TRIES_AGAINST_OTHER_WRITERS) {
      throw new Error(
        `cluster "${cluster}": ${cilium.configMap} took ${keys.join(", ")}, and does not have what was written; see who else writes it`,
      );
    }
    live = now;
  }
  return live;
}

/** Gives settings back, of which this project holds any. @returns Whether one was given back. */
export async function giveBack(
  api: ClusterApi,
  { cluster, cilium, owner }: Configured,
  keys: readonly HeldKey[] = HELD_KEYS,
): Promise<boolean> {
  const live = await readConfigMap(api, cilium);
  const held = heldKeys(live, keys);
  if (live === undefined || held.length === 0) return false;
  await restoreConfig(api, cluster, cilium, originalsOf(live, owner, held), valuesOf(held), live);
  return true;
}
