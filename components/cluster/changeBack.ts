import { present } from "../basics/model/own";
import type { LiveConfig } from "../cilium/configMap";
import { NAME_KEY } from "../cilium/model/agentConfig";
import { originalValues } from "../identity/model/originalConfig";
import type { Recorded } from "../identity/model/recorded";
import { isWidened } from "../identity/policySetting";
import { holdRoutes } from "../identity/routesSetting";
import { originOf, prepareChangeBack, type PolicyChange } from "../identity/underPolicies";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { configuredOf, type ClusterInput } from "./clusterInput";
import { policyChange } from "./rollOutIdentity";

/** `cilium-config` before name and id go back, and the change that is under way where policies are there. */
export interface ChangeBack {
  readonly live: LiveConfig | undefined;
  readonly change?: PolicyChange;
}

/** Prepares agents for the way back, or goes on with that. */
export async function changeBack(
  api: ClusterApi,
  input: ClusterInput,
  before: Recorded,
  live: LiveConfig | undefined,
): Promise<ChangeBack> {
  if (live === undefined || !input.rollOut.await) return { live };
  const to = originOf(originalValues(before.config));
  const from = originOf(input.desiredConfig);
  const hasOurName = live.data[NAME_KEY] === from.name && to.name !== from.name;
  if (!hasOurName && !isWidened(live)) return { live };
  const change = await policyChange(api, input, before, live, { from, to });
  if (!hasOurName) return { live, ...present({ change }) };
  const prepared = change === undefined ? live : await prepareChangeBack(api, change, live);
  return {
    live: prepared && (await holdRoutes(api, configuredOf(input, before), prepared)),
    ...present({ change }),
  };
}
