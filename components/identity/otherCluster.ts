import type { ClusterApi } from "../kubernetes/clusterApi";
import type { Open } from "../kubernetes/openClusters";
import { parseObject } from "../kubernetes/model/liveObject";
import { formatDiagnostic } from "../mesh/model/diagnostic";
import { otherClusterProblem } from "./model/otherCluster";

/** What leads to a cluster leads to another one than before. Nothing may be done there, whatever a user has accepted. */
export class OtherCluster extends Error {
  override readonly name = "OtherCluster";
}

/** The identity of a cluster: the UID of its namespace `kube-system`. */
export async function clusterUid(api: ClusterApi): Promise<string> {
  const namespace = parseObject(await api.object("namespace/kube-system"));
  if (namespace === undefined) {
    throw new Error("namespace kube-system was not told, so which cluster this is is not known");
  }
  return namespace.metadata.uid;
}

/** @throws {@link OtherCluster} where one of them is not the cluster that was recorded. */
export async function refuseOtherClusters(clusters: readonly Open[]): Promise<void> {
  await Promise.all(
    clusters.map(async ({ name, api, uid }) => {
      if (uid !== undefined) await refuseOtherCluster(api, name, uid);
    }),
  );
}

/** @throws {@link OtherCluster} where this is not the cluster that was recorded. */
export async function refuseOtherCluster(api: ClusterApi, cluster: string, recordedUid: string): Promise<void> {
  const uid = await clusterUid(api);
  if (uid !== recordedUid) throw new OtherCluster(formatDiagnostic(otherClusterProblem(cluster, recordedUid, uid)));
}
