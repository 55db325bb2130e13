import { errorMessage } from "../basics/errorMessage";
import { firstFew } from "../basics/model/bounded";
import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import { ID_KEY, NAME_KEY } from "../cilium/model/agentConfig";
import { annotate } from "../cilium/rollOutAnnotation";
import { findChangingPods } from "../cilium/stalePods";
import { progress } from "../command/protocol";
import { until } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import type { MaxConnectedClusters } from "../mesh/model/mesh";
import { UNMESHED_NAME } from "../mesh/model/names";
import type { Before } from "../cilium/model/rollOut/judge";
import { makeCounterparts } from "./counterparts";
import type { IdentityOrigin } from "./model/counterparts";
import { restoreSelectors, widenSelectors, type Configured } from "./policySetting";

/** Agents that were restarted give their pods other identities one after the other. */
const IDENTITIES_SECONDS = 60;

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
  const { cluster, cilium, from, to, maxConnectedClusters, localByDefault, rolled } = change;
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
  }
  await makeCounterparts(api, { cluster, cilium, from, to, maxConnectedClusters }, config.data);
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
    const why = errorMessage(error).replace(/\n\s*/g, " ");
    progress(
      `warning: cluster "${change.cluster}": policies may refuse pods while name and id go back, for what keeps that from happening failed (${why}); going on`,
    );
    return readConfigMap(api, change.cilium);
  }
}

/** Waits until the pods have identities of the id that their agents run with, and their programs run with these. What keeps another one is named, and not waited for any longer. */
async function waitForIdentities(api: ClusterApi, change: PolicyChange): Promise<void> {
  const { cluster, to, maxConnectedClusters, cilium } = change;
  const stale = await until(
    Date.now() + IDENTITIES_SECONDS * 1000,
    () => findChangingPods({ name: cluster, id: to.id, api }, { cilium, maxConnectedClusters }),
    (seen) => seen.length === 0,
    (seen) => `cluster "${cluster}": ${seen.length} pods get identities of id ${to.id}`,
  );
  if (stale.length === 0) return;
  const pods = firstFew(stale.map(({ namespace, pod }) => `${namespace}/${pod}`)).join(", ");
  progress(`warning: cluster "${cluster}": ${stale.length} pods have kept their identities: ${pods}`);
}

/**
 * What is done once agents run with the new name and id: when no pod has an identity of the former id any more, the setting about selectors is given back.
 * The next roll-out has agents run with it.
 */
export async function endChange(api: ClusterApi, change: PolicyChange): Promise<void> {
  await waitForIdentities(api, change);
  await restoreSelectors(api, change);
}
