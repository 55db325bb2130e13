import { APISERVER_SECRETS } from "./model/objects";
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

/** When the certificates of a clustermesh-apiserver were written last. */
async function certificatesTime(api: ClusterApi, { namespace }: CiliumObjects): Promise<string | undefined> {
  const names = [APISERVER_SECRETS.admin, APISERVER_SECRETS.local].map((name) => `secret/${name}`);
  const secrets = parseList(await api.objects(names, namespace));
  return newest(secrets.map(({ metadata }) => lastTime(metadata.managedFields ?? [])));
}

/** Replaces its pods from before the values and certificates that are to be theirs: on the way into a mesh, and where others have changed these since. */
export async function restartApiserver(api: ClusterApi, cluster: string, cilium: CiliumObjects): Promise<void> {
  const config = await readConfigMap(api, cilium);
  const named = appliedEntry(config?.managedFields ?? [], FIELD_MANAGER)?.time;
  await replacePods(api, cluster, cilium, newest([named, await certificatesTime(api, cilium)]));
}

/**
 * The same on the way out, where the originals are back.
 *
 * @param isWritten Whether they were written just now: then no pod can be from after that.
 */
export async function releaseApiserver(
  api: ClusterApi,
  cluster: string,
  cilium: CiliumObjects,
  isWritten: boolean,
): Promise<void> {
  const config = isWritten ? undefined : await readConfigMap(api, cilium);
  await replacePods(api, cluster, cilium, lastTime(config?.managedFields ?? []));
}
