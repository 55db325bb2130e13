import { firstFew } from "../basics/model/bounded";
import { deletePods, olderThan } from "../cilium/agents";
import { apiserverPods } from "../cilium/caches";
import { readConfigMap } from "../cilium/configMap";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { parseList } from "../kubernetes/model/liveObject";
import { appliedEntry, lastTime, newest } from "../kubernetes/model/managedFields";
import { FIELD_MANAGER } from "../kubernetes/model/ownership";
import { CERTIFICATE_SECRETS } from "./model/writtenCertificates";

/**
 * Deletes the pods of a cluster's clustermesh-apiserver from before a time, or all of them: only a new pod takes a name, users and certificates, a
 * container that restarts a mix of old and new ones. They are not rolled: while the new one does not get ready, the old one would stay. And they are
 * not waited for: before a cluster has its name, and after, they cannot start.
 *
 * @param time RFC 3339; absent for all.
 */
async function replacePods(
  api: ClusterApi,
  cluster: string,
  cilium: CiliumObjects,
  time: string | undefined,
): Promise<void> {
  const names = olderThan(await apiserverPods(api, cilium), time).map(({ pod }) => pod);
  if (names.length === 0) return;
  progress(`cluster "${cluster}": replacing ${firstFew(names).join(", ")}, to run with its name and certificates`);
  await deletePods(api, cilium.namespace, names);
}

/** Replaces its pods from before the values and certificates that are to be theirs: on the way into a mesh, and where others have changed these since. */
export async function restartApiserver(api: ClusterApi, cluster: string, cilium: CiliumObjects): Promise<void> {
  const config = await readConfigMap(api, cilium);
  const named = appliedEntry(config?.managedFields ?? [], FIELD_MANAGER)?.time;
  const certificates = parseList(await api.objects(CERTIFICATE_SECRETS, cilium.namespace));
  const written = certificates.map(({ metadata }) => lastTime(metadata.managedFields ?? []));
  await replacePods(api, cluster, cilium, newest([named, ...written]));
}

/** The last write of what pods of clustermesh-apiserver have to run with: in this run, or at some time before, where that is known. */
export type LastWrite = { readonly kind: "now" } | { readonly kind: "before"; readonly time: string | undefined };

/** The same on the way out, where the originals are back. @param writes Those of them: after one in this run no pod can be from after that. */
export async function releaseApiserver(
  api: ClusterApi,
  cluster: string,
  cilium: CiliumObjects,
  writes: readonly LastWrite[],
): Promise<void> {
  const times = writes.map((write) => (write.kind === "now" ? undefined : write.time));
  await replacePods(api, cluster, cilium, writes.some(({ kind }) => kind === "now") ? undefined : newest(times));
}
