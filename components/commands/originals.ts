import { KubectlError, type Kubectl } from "../kubectl";
import { FIELD_MANAGER, type CiliumObjects } from "../model/agentConfig";
import { parseList } from "../model/liveCluster";
import { planRestoration, restorationPatches, type ManagedFieldsEntry, type Originals } from "../model/originals";
import { progress } from "./protocol";

/** `cilium-config` as it is now. */
export interface LiveConfig {
  readonly data: Readonly<Record<string, string>>;
  readonly managedFields: readonly ManagedFieldsEntry[];
  readonly version: string | undefined;
}

const TRIES_AGAINST_OTHER_WRITERS = 5;

/** Reads `cilium-config`; `undefined` where there is none. */
export async function readConfigMap(kubectl: Kubectl, names: CiliumObjects): Promise<LiveConfig | undefined> {
  const name = `configmap/${names.configMap}`;
  const flags = ["-n", names.namespace, "--ignore-not-found", "--show-managed-fields", "-o", "json"];
  const json = await kubectl.run(["get", name, ...flags]);
  const [object] = json.trim() === "" ? [] : parseList(`{"items":[${json}]}`);
  return object === undefined
    ? undefined
    : {
        data: object.data ?? {},
        managedFields: object.metadata.managedFields ?? [],
        version: object.metadata.resourceVersion,
      };
}

/**
 * Writes back what is still ours to restore, against whoever else may be writing; names what is left alone.
 *
 * @returns Whether anything was written: then agents that run have other values.
 */
export async function restoreOriginals(
  kubectl: Kubectl,
  cluster: string,
  names: CiliumObjects,
  kept: Originals,
  desired: Readonly<Record<string, string>>,
): Promise<boolean> {
  let written = false;
  for (let attempt = 1; ; attempt++) {
    const live = await readConfigMap(kubectl, names);
    if (live === undefined) {
      progress(`cluster "${cluster}": ConfigMap ${names.namespace}/${names.configMap} is gone, nothing to restore`);
      return false;
    }
    const plan = planRestoration(kept, desired, live.data, FIELD_MANAGER);
    const [patch] = restorationPatches(plan, FIELD_MANAGER);
    if (patch === undefined) {
      for (const step of plan) {
        if (step.kind === "leave") {
          const value = JSON.stringify(step.live);
          progress(`cluster "${cluster}": ${names.configMap} ${step.key} is ${value} by now and is left so`);
        }
      }
      return written;
    }
    const body = JSON.stringify({ metadata: { resourceVersion: live.version }, data: patch.data });
    const target = ["patch", `configmap/${names.configMap}`, "-n", names.namespace];
    try {
      await kubectl.run([...target, "--type=merge", `--field-manager=${patch.manager}`, "--patch", body]);
      written = true;
      progress(`cluster "${cluster}": ${names.configMap} ${Object.keys(patch.data).join(", ")} restored`);
    } catch (error) {
      const conflict = error instanceof KubectlError && error.message.includes("Conflict");
      if (!conflict || attempt === TRIES_AGAINST_OTHER_WRITERS) {
        throw error;
      }
    }
  }
}
