import { errorLine } from "../basics/errorMessage";
import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import { ID_KEY, NAME_KEY } from "../cilium/model/agentConfig";
import { annotate } from "../cilium/rollOutAnnotation";
import { progress } from "../command/protocol";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { MaxConnectedClusters } from "../mesh/model/mesh";
import { UNMESHED_NAME } from "../mesh/model/names";
import type { Before } from "../cilium/model/rollOut/judge";
import { keepCounterparts, makeCounterparts } from "./counterparts";
import type { Configured } from "./heldSettings";
import type { IdentityOrigin } from "./model/counterparts";
import { restoreSelectors, widenSelectors } from "./policySetting";
import { waitForPods } from "./settledPods";

/** The annotation with which agents are rolled to run with wider selectors. */
const WIDENED = "widened";

/** A cluster whose name and id change while policies are in force. */
export interface PolicyChange extends Configured {
  readonly from: IdentityOrigin;
  readonly to: IdentityOrigin;
  readonly maxConnectedClusters: MaxConnectedClusters;
  /** Whether the agents take a selector that names no cluster for one of their own cluster's pods. */
  readonly localByDefault: boolean;
  /** Waits for a roll-out of agents and operator. */
  readonly rolled: (before: ReadonlyMap<string, Before>) => Promise<void>;
}

/** The name and id with which agents run by these values, or without any. */
export const originOf = (config: Readonly<Record<string, string | undefined>>): IdentityOrigin => ({
  name: config[NAME_KEY] ?? UNMESHED_NAME,
  id: Number(config[ID_KEY] ?? "0"),
});

/**
 * What is done before name and id change, so that no policy refuses a pod for them in between: agents run with selectors that select in all clusters where
 * they name none, and have the identities that follow in their policies. There are no peers now, whose pods such selectors would let in.
 *
 * @returns `cilium-config` as it is then.
 */
export async function prepareChange(api: ClusterApi, change: PolicyChange, live: LiveConfig): Promise<LiveConfig> {
  const { cluster, cilium, from, localByDefault, rolled } = change;
  let config = live;
  if (localByDefault) {
    config = await widenSelectors(api, change, live);
    const before = await annotate(api, cilium, WIDENED);
    if (before.size > 0) {
      progress(
        `cluster "${cluster}": policies are there: agents roll first, so that these take both names (1 of 3 roll-outs)`,
      );
    }
    await rolled(before);
    await waitForPods(api, change, from.id);
  }
  await makeCounterparts(api, change, config.data);
  return config;
}

/** The same on the way back, where nothing keeps a cluster in a mesh. */
export async function prepareChangeBack(
  api: ClusterApi,
  change: PolicyChange,
  live: LiveConfig,
): Promise<LiveConfig | undefined> {
  try {
    return await prepareChange(api, change, live);
  } catch (error) {
    progress(
      `warning: cluster "${change.cluster}": policies may refuse pods while name and id go back, for what keeps that from happening failed (${errorLine(error)}); going on`,
    );
    return readConfigMap(api, change.cilium);
  }
}

/**
 * What is done once agents run with the new name and id: when every pod runs with an identity of that id, the setting about selectors is given back.
 * The next roll-out has agents run with it.
 */
async function endChange(api: ClusterApi, change: PolicyChange): Promise<void> {
  await waitForPods(api, change, change.to.id);
  await restoreSelectors(api, change);
}

/** What is done around the roll-out with another name and id. */
export interface AroundRollOut {
  readonly during: <T>(rollOut: () => Promise<T>) => Promise<T>;
  readonly after: () => Promise<void>;
}

/** @param config What `cilium-config` holds. */
export const aroundRollOut = (
  api: ClusterApi,
  change: PolicyChange,
  config: Readonly<Record<string, string>>,
): AroundRollOut => ({
  during: (rollOut) => keepCounterparts(api, change, config, rollOut),
  after: () => endChange(api, change),
});
