import { until } from "../command/until";
import type { Kubectl } from "./kubectl";
import { KubectlError } from "./kubectlError";
import type { ManagedObject } from "./model/managedObject";
import { parseObject, type LiveObject } from "./model/liveObject";

const GONE_SECONDS = 600;

/** An object as a person names it. */
export function describeObject({ kind, metadata }: LiveObject): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

function target({ resource, name, namespace }: ManagedObject): readonly string[] {
  return [`${resource}/${name}`, ...(namespace === undefined ? [] : ["-n", namespace])];
}

const isUnknownKind = (error: unknown): boolean =>
  error instanceof KubectlError && error.message.includes("the server doesn't have a resource type");

/** Reads an object; `undefined` where there is none, or not even its kind. */
export async function readObject(kubectl: Kubectl, managed: ManagedObject): Promise<LiveObject | undefined> {
  try {
    const flags = ["--ignore-not-found", "--show-managed-fields", "-o", "json"];
    return parseObject(await kubectl.read(["get", ...target(managed), ...flags]));
  } catch (error) {
    if (isUnknownKind(error)) {
      return undefined;
    }
    throw error;
  }
}

function pathOf({ resource, name, namespace }: ManagedObject, { apiVersion = "v1" }: LiveObject): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const [plural = resource] = resource.split(".");
  const place = [...(namespace === undefined ? [] : ["namespaces", namespace]), plural, name];
  return `${group}/${place.map(encodeURIComponent).join("/")}`;
}

/** Whether a write came too late: the object is another one, or was changed, since it was looked at. */
export function isLateWrite(error: unknown): boolean {
  return error instanceof KubectlError && /\(Conflict\)|has been modified|[Pp]recondition/.test(error.message);
}

/**
 * Deletes just the object that was looked at, and waits until it is gone. A Secret not even when it was changed since: what is in it decides
 * whether it goes. The rest changes all the time as it runs.
 */
export async function deleteObject(kubectl: Kubectl, managed: ManagedObject, object: LiveObject): Promise<void> {
  const { uid, resourceVersion } = object.metadata;
  const preconditions = object.kind === "Secret" ? { uid, resourceVersion } : { uid };
  const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions, propagationPolicy: "Foreground" };
  try {
    await kubectl.run(["delete", "--raw", pathOf(managed, object), "-f", "-"], { stdin: JSON.stringify(body) });
  } catch (error) {
    if (!(error instanceof KubectlError && error.message.includes("(NotFound)"))) {
      throw error;
    }
  }
  const left = await until(
    Date.now() + GONE_SECONDS * 1000,
    () => readObject(kubectl, managed),
    (seen) => seen?.metadata.uid !== uid,
    () => `waiting: ${describeObject(object)} is deleted, and not gone yet`,
  );
  if (left?.metadata.uid === uid) {
    throw new Error(`${describeObject(object)} is not gone ${String(GONE_SECONDS)} s after it was deleted`);
  }
}
