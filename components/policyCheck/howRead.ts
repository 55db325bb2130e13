import { configMapIn } from "../cilium/configMap";
import { AGENT_CONTAINER, POLICY_KEY, type CiliumObjects } from "../cilium/model/agentConfig";
import { originalSetting } from "../identity/heldSettings";
import { isWidened } from "../identity/policySetting";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { parseList } from "../kubernetes/model/liveObject";
import type { PolicyReading } from "./model/meshChange";
import { policyReading } from "./model/policyReading";

/**
 * How the agents of a cluster read its policies: by its own settings, not by what is set while its name and id change.
 *
 * @param owner Whose the cluster is.
 */
export async function howRead(api: ClusterApi, cilium: CiliumObjects, owner: string): Promise<Required<PolicyReading>> {
  const wanted = [`configmap/${cilium.configMap}`, `daemonset/${cilium.daemonSet}`];
  const list = await api.objects(wanted, cilium.namespace);
  const agents = parseList(list).find(({ kind }) => kind === "DaemonSet");
  const containers = agents?.spec?.template?.spec.containers ?? [];
  const image = containers.find(({ name }) => name === AGENT_CONTAINER)?.image ?? "";
  const live = configMapIn(list, cilium);
  if (live === undefined || !isWidened(live)) return policyReading(live?.data ?? {}, image);
  const original = originalSetting(live, owner, POLICY_KEY);
  const own = original.kind === "value" ? original.value : "";
  return policyReading({ ...live.data, [POLICY_KEY]: own }, image);
}
