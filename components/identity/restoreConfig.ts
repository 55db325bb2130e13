import { readConfigMap, type LiveConfig } from "../cilium/configMap";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { WriteConflict } from "../kubernetes/kubectlError";
import { FIELD_MANAGER } from "../kubernetes/model/ownership";
import { writeData } from "../kubernetes/writeData";
import type { OriginalConfig } from "./model/originalConfig";
import { planRestoration, restorationWrites, type Restoration } from "./model/restoration";

/** How often a write is planned again because another manager wrote first. */
export const TRIES_AGAINST_OTHER_WRITERS = 5;

function nameWhatIsLeft(cluster: string, cilium: CiliumObjects, plan: readonly Restoration[]): void {
  for (const step of plan) {
    if (step.kind === "leave") {
      const value = JSON.stringify(step.live);
      const since = step.owner === undefined ? "" : `, which ${JSON.stringify(step.owner)} has applied as well,`;
      progress(`cluster "${cluster}": ${cilium.configMap} ${step.key} is ${value} by now${since} and is left so`);
    }
  }
}

/** `cilium-config` with its originals. */
export interface RestoredConfig {
  /** Whether any value was written: then agents that run have other values. */
  readonly written: boolean;
  /** What it is now; absent where there is none. */
  readonly live: LiveConfig | undefined;
}

/**
 * Writes the originals back, as each of their owners, while other managers may be writing. Names the values that it leaves alone.
 *
 * @param first `cilium-config` as it was seen last.
 */
export async function restoreConfig(
  api: ClusterApi,
  cluster: string,
  cilium: CiliumObjects,
  kept: OriginalConfig,
  desired: Readonly<Record<string, string>>,
  first: LiveConfig | undefined,
): Promise<RestoredConfig> {
  let written = false;
  let last: string | undefined;
  for (let live = first, late = 0; ; live = await readConfigMap(api, cilium)) {
    if (live === undefined) {
      progress(
        `cluster "${cluster}": ConfigMap ${cilium.namespace}/${cilium.configMap} does not exist, nothing to restore`,
      );
      return { written, live };
    }
    const plan = planRestoration(kept, desired, live, FIELD_MANAGER);
    const [write] = restorationWrites(plan, FIELD_MANAGER);
    if (write === undefined) {
      nameWhatIsLeft(cluster, cilium, plan);
      return { written, live };
    }
    const wanted = JSON.stringify(write);
    if (wanted === last) {
      throw new Error(
        `cluster "${cluster}": ${cilium.configMap} took ${Object.keys(write.data).join(", ")}, and does not have what was written; ` +
          "see who else writes it, or which admission webhook changes it",
      );
    }
    try {
      await writeData(api, cilium, live, write);
      last = wanted;
      written ||= plan.some(({ kind }) => kind === "write" || kind === "remove");
      progress(`cluster "${cluster}": ${cilium.configMap} ${Object.keys(write.data).join(", ")} restored`);
    } catch (error) {
      late += 1;
      if (!(error instanceof WriteConflict) || late === TRIES_AGAINST_OTHER_WRITERS) throw error;
    }
  }
}
