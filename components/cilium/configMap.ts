import type { ClusterApi } from "../kubernetes/clusterApi";
import { rawItems } from "../kubernetes/model/items";
import { parseObject } from "../kubernetes/model/liveObject";
import type { OwnedData } from "../kubernetes/model/managedFields";
import type { CiliumObjects } from "./model/agentConfig";

/** `cilium-config` as it is now. */
export interface LiveConfig extends OwnedData {
  readonly uid: string;
  readonly version: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  /** The whole object. */
  readonly object: unknown;
}

function liveConfig(json: string): LiveConfig | undefined {
  const found = parseObject(json);
  return found === undefined
    ? undefined
    : {
        data: found.data ?? {},
        managedFields: found.metadata.managedFields ?? [],
        uid: found.metadata.uid,
        version: found.metadata.resourceVersion,
        annotations: found.metadata.annotations ?? {},
        object: JSON.parse(json) as unknown,
      };
}

/** Reads `cilium-config`; `undefined` where there is none. */
export async function readConfigMap(api: ClusterApi, cilium: CiliumObjects): Promise<LiveConfig | undefined> {
  return liveConfig(await api.object(`configmap/${cilium.configMap}`, cilium.namespace));
}

/** `cilium-config` out of a list. */
export const configMapIn = (list: string, cilium: CiliumObjects): LiveConfig | undefined =>
  liveConfig(rawItems(list).get(`configmap/${cilium.configMap}`) ?? "");
