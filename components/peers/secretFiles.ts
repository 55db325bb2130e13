import type { ClusterApi } from "../kubernetes/clusterApi";
import { parseObject } from "../kubernetes/model/liveObject";

/** The files of the peers' Secret. A peer whose file has another owner stays. */
export async function secretFiles(api: ClusterApi, namespace: string, secret: string): Promise<ReadonlySet<string>> {
  return new Set(Object.keys(parseObject(await api.object(`secret/${secret}`, namespace))?.data ?? {}));
}
