import type { PlainMap } from "../shared/value";
import type { Api } from "./api";
import { applyObject, forces } from "./create";
import { isCrd } from "./kinds";
import { handedOver, withIgnored } from "./managedFields";
import { apiVersionOf, kindOf, nameOf, namespaceOf, textAt, withAt, type KubeObject } from "./object";

/** How an object is to be changed. */
export interface Change {
  readonly inputs: KubeObject;
  /** The object as the state has it: its name and namespace say what is changed. */
  readonly old: KubeObject;
  readonly patch: boolean;
  readonly fieldManager: string;
  readonly patchForce: boolean;
  readonly ignoreChanges: readonly string[];
  readonly preview: boolean;
}

async function handOver(api: Api, live: KubeObject, fieldManager: string): Promise<KubeObject> {
  const entries = handedOver(live, fieldManager);
  if (entries === undefined) return live;
  return api.patchJson(live, [
    { op: "replace", path: "/metadata/managedFields", value: [...entries] satisfies PlainMap[] },
  ]);
}

/** Changes an object in place by server-side apply; a CustomResourceDefinition is replaced as a whole. */
export async function updateObject(api: Api, change: Change): Promise<KubeObject> {
  const { inputs, old, patch, fieldManager, patchForce, ignoreChanges, preview } = change;
  const found = await api.get(inputs, nameOf(old));
  if (isCrd(inputs)) {
    const version = textAt(found, "metadata", "resourceVersion");
    return api.replace(withAt(inputs, ["metadata", "resourceVersion"], version), fieldManager, preview);
  }
  const live = patch || preview ? found : await handOver(api, found, fieldManager);
  const applied = withIgnored(inputs, live, ignoreChanges, fieldManager);
  const force = forces(inputs, live, patchForce, preview);
  return applyObject(api, applied, { fieldManager, force, dryRun: preview }, nameOf(live));
}

/**
 * Gives up all fields of a manager by applying nothing but the object's identity. A field with no other owner goes away; nothing
 * is brought back. An object that is gone is **made anew**, empty: an apply creates what it does not find.
 */
export async function relinquish(api: Api, object: KubeObject, fieldManager: string): Promise<void> {
  const identity = withAt(
    { apiVersion: apiVersionOf(object), kind: kindOf(object), metadata: { name: nameOf(object) } },
    ["metadata", "namespace"],
    namespaceOf(object) || undefined,
  );
  await api.apply(identity, { fieldManager });
}
