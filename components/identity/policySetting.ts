import type { LiveConfig } from "../cilium/configMap";
import { POLICY_KEY } from "../cilium/model/agentConfig";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { giveBack, hold, isHeld, type Configured } from "./heldSettings";

/** Whether this project has set that selectors without a cluster select in all of them. */
export const isWidened = (live: LiveConfig | undefined): boolean => isHeld(live, POLICY_KEY);

/**
 * Sets that selectors without a cluster select in all of them (`policy-default-local-cluster: "false"`), with what was there before in the mark. While
 * some agents of a cluster have its new name and others its old one, a policy that names no cluster would select the pods of one half alone.
 *
 * @returns What `cilium-config` is then.
 */
export const widenSelectors = (api: ClusterApi, of: Configured, first: LiveConfig): Promise<LiveConfig> =>
  hold(api, of, first, [POLICY_KEY]);

/** Gives that setting back; nothing where it is not this project's. @returns Whether it was given back. */
export const restoreSelectors = (api: ClusterApi, of: Configured): Promise<boolean> => giveBack(api, of, [POLICY_KEY]);
