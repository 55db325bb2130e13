import { setTimeout as delay } from "node:timers/promises";
import type { PlainMap } from "../shared/value";
import type { Api, Apply } from "./api";
import { ApiError, isApiError } from "./client";
import { NoMatchError } from "./discovery";
import { managedFields, isCreatedByPlugin } from "./managedFields";
import { annotation, nameOf, textAt, withName, type KubeObject } from "./object";
import type { WaitContext } from "./waiting";

const CREATOR = "pulumi-kubernetes";
const RETRIES = 5;

/** How an object is to be created. */
export interface Creation {
  readonly inputs: KubeObject;
  readonly fieldManager: string;
  readonly preview: boolean;
  /** Patches, and everything with `upsertExistingObjects`, are applied; all else must not exist yet. */
  readonly apply: boolean;
  readonly patchForce: boolean;
}

/** The namespace of a previewed object is itself only going to be created. */
export class NamespaceMissing extends Error {}

/** An apply that met fields of another manager, told as the plugin tells it. */
class ApplyConflict extends Error {
  constructor(fieldManager: string, cause: ApiError) {
    super(
      "server-side apply field conflict detected; set the annotation pulumi.com/patchForce to take the fields over\n" +
        `The resource managed by field manager ${JSON.stringify(fieldManager)} had an apply conflict: ${cause.message}`,
      { cause },
    );
  }
}

/** Whether an apply takes fields of other managers over without asking. */
export function forces(
  inputs: KubeObject,
  live: KubeObject | undefined,
  patchForce: boolean,
  preview: boolean,
): boolean {
  if (annotation(inputs, "pulumi.com/patchForce") === "true" || patchForce) return true;
  if (live === undefined) return preview;
  return managedFields(live).length === 0 || (preview && isCreatedByPlugin(live));
}

/** Applies, with a conflict told in the plugin's words. */
export async function applyObject(
  api: Api,
  object: KubeObject,
  how: Apply,
  name = nameOf(object),
): Promise<KubeObject> {
  try {
    return await api.apply(object, how, name);
  } catch (error) {
    if (isApiError(error, "Conflict")) throw new ApplyConflict(how.fieldManager, error);
    throw error;
  }
}

const isImmutableField = (error: unknown) =>
  isApiError(error, "Invalid") && error.message.includes("field is immutable");

async function attempt(api: Api, { inputs, fieldManager, preview, apply, patchForce }: Creation): Promise<KubeObject> {
  if (!apply) return api.create(inputs, CREATOR, preview);
  const how = { fieldManager, force: forces(inputs, undefined, patchForce, preview), dryRun: preview };
  try {
    return await applyObject(api, inputs, how);
  } catch (error) {
    if (!preview || !isImmutableField(error)) throw error;
    // A replacement is previewed while the old object is still there.
    return applyObject(api, withName(inputs, `${nameOf(inputs)}-preview`), how);
  }
}

const isRetried = (error: unknown) =>
  error instanceof NoMatchError || (error instanceof ApiError && error.code === 404);

/**
 * Creates or applies an object. What a missing namespace or CustomResourceDefinition stands in the way of is tried again for
 * half a minute, since another resource of the same run may bring it.
 */
export async function createObject(context: WaitContext, creation: Creation): Promise<KubeObject> {
  for (let tries = 0, seconds = 1; ; tries++, seconds *= 2) {
    try {
      return await attempt(context.api, creation);
    } catch (error) {
      const details: PlainMap = error instanceof ApiError ? error.details : {};
      if (creation.preview && isRetried(error) && textAt(details, "kind") === "namespaces") {
        throw new NamespaceMissing(`namespace does not exist for ${JSON.stringify(nameOf(creation.inputs))}`);
      }
      if (isApiError(error, "AlreadyExists")) throw alreadyExists(error);
      if (!isRetried(error) || tries >= RETRIES) throw error;
      context.status(
        `Retry #${String(tries)}; creation failed: ${error instanceof Error ? error.message : String(error)}`,
      );
      await delay(seconds * 1_000, undefined, { signal: context.cancelled }).catch(() => undefined);
      if (context.cancelled.aborted) throw error;
    }
  }
}

function alreadyExists(error: ApiError): ApiError {
  const advice =
    "The resource already exists in the cluster: rename with an alias, manage single fields by a Patch resource, " +
    "adopt it by `pulumi import`, or set upsertExistingObjects on the provider.";
  return new ApiError(`${error.message}\n\n${advice}`, error.code, error.reason, error.details);
}
