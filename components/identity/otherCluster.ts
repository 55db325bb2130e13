import type { Kubectl } from "../kubernetes/kubectl";
import { parseObject } from "../kubernetes/model/liveObject";
import { describeOtherCluster } from "./model/otherCluster";

/** What leads to a cluster leads to another one than before. Nothing may be done there, whatever a user has accepted. */
export class OtherCluster extends Error {
  override readonly name = "OtherCluster";
}

/** The identity of a cluster: the UID of its namespace `kube-system`. */
export async function clusterUid(kubectl: Kubectl): Promise<string> {
  const namespace = parseObject(await kubectl.read(["get", "namespace/kube-system", "-o", "json"]));
  if (namespace === undefined) {
    throw new Error("namespace kube-system was not told, so which cluster this is is not known");
  }
  return namespace.metadata.uid;
}

/** A cluster that can be asked, with the UID that was recorded of it. */
interface RecordedCluster {
  readonly name: string;
  readonly kubectl: Kubectl;
  readonly uid?: string | undefined;
}

/** @throws {@link OtherCluster} where one of them is not the cluster that was recorded. */
export async function refuseOtherClusters(clusters: readonly RecordedCluster[]): Promise<void> {
  await Promise.all(
    clusters.map(async ({ name, kubectl, uid }) => {
      if (uid !== undefined) await refuseOtherCluster(kubectl, name, uid);
    }),
  );
}

/** @throws {@link OtherCluster} where this is not the cluster that was recorded. */
export async function refuseOtherCluster(kubectl: Kubectl, cluster: string, recordedUid: string): Promise<void> {
  const uid = await clusterUid(kubectl);
  if (uid !== recordedUid) {
    throw new OtherCluster(describeOtherCluster(cluster, recordedUid, uid));
  }
}
