import { errorLine } from "../basics/errorMessage";
import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import { isOn } from "../cilium/model/agentBoolean";
import { ROUTES_KEY, ROUTES_KEYS } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { isInEtcd } from "./formerNodes";
import { giveBack, hold, type Configured } from "./heldSettings";

/**
 * Sets that agents neither add nor remove direct routes to nodes (`auto-direct-node-routes: "false"`), where they do: for the roll-out whose agents know
 * each node by two names, their own included. As a node of another cluster an agent would route the pods of its own node, every time it looks at all
 * nodes, to where they are not. The routes that are there stay; nodes that come meanwhile have none until the next roll-out.
 *
 * @returns What `cilium-config` is then.
 */
export async function holdRoutes(api: ClusterApi, of: Configured, live: LiveConfig): Promise<LiveConfig | undefined> {
  if (!isInEtcd(live) || !isOn(live.data[ROUTES_KEY])) return live;
  const on = ROUTES_KEYS.filter((key) => isOn(live.data[key]));
  try {
    return await hold(api, of, live, on);
  } catch (error) {
    progress(
      `warning: cluster "${of.cluster}": nodes may lose routes to each other while name and id go back, for ${on.join(", ")} could not be set (${errorLine(error)}); going on`,
    );
    return readConfigMap(api, of.cilium);
  }
}

/** Gives that back. */
export const giveRoutesBack = (api: ClusterApi, of: Configured): Promise<boolean> => giveBack(api, of, ROUTES_KEYS);
