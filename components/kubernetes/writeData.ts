import type { ClusterApi } from "./clusterApi";
import type { DataWrite } from "./model/dataWrite";
import { appliedPart, type ManagedFieldsEntry } from "./model/managedFields";

/** A ConfigMap as it was when it was looked at. */
export interface SeenConfigMap {
  readonly uid: string;
  readonly version: string | undefined;
  readonly managedFields: readonly ManagedFieldsEntry[];
  /** The whole object. */
  readonly object: unknown;
}

/** Where a ConfigMap is. */
export interface ConfigMapPlace {
  readonly namespace: string;
  readonly configMap: string;
}

/** An update of some keys, which leaves all other keys and their owners alone. */
async function update(api: ClusterApi, place: ConfigMapPlace, seen: SeenConfigMap, write: DataWrite): Promise<void> {
  const patch = { metadata: { resourceVersion: seen.version }, data: write.data };
  await api.patch([`configmap/${place.configMap}`], place.namespace, { manager: write.manager, patch });
}

/**
 * Applies what a manager has applied, and the keys that are written: an apply without the rest would take the rest away. By force, for the
 * keys are given to it; everything else has the value that it has.
 */
async function apply(api: ClusterApi, place: ConfigMapPlace, seen: SeenConfigMap, write: DataWrite): Promise<void> {
  const own = appliedPart(seen.object, seen.managedFields, write.manager);
  const { metadata = {}, data = {} } = own as { readonly metadata?: object; readonly data?: object };
  const { version: resourceVersion, uid } = seen;
  await api.apply(write.manager, {
    ...own,
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { ...metadata, name: place.configMap, namespace: place.namespace, uid, resourceVersion },
    data: { ...data, ...write.data },
  });
}

/**
 * Writes keys of a ConfigMap in the name of the manager whose they are, so that an apply of that manager's, which is refused what another one has
 * changed, meets its own value.
 *
 * @throws WriteConflict when the ConfigMap is not as it was seen.
 */
export const writeData = (
  api: ClusterApi,
  place: ConfigMapPlace,
  seen: SeenConfigMap,
  write: DataWrite,
): Promise<void> => (write.kind === "Apply" ? apply : update)(api, place, seen, write);
