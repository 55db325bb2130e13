import { InitFailed } from "../shared/errors";
import type { CreateRequest, CreateResponse } from "../shared/provider";
import { parseUrn } from "../shared/urn";
import { hasUnknown, plainMap, type PropertyMap } from "../shared/value";
import { checkpoint } from "./checkpoint";
import { ApiError, isApiError } from "./client";
import { serves } from "./cluster";
import { createObject, NamespaceMissing } from "./create";
import { NoMatchError } from "./discovery";
import { isCrd, isPatch } from "./kinds";
import { fieldManagerName } from "./naming";
import { gvkOf, idOf, without, type KubeObject } from "./object";
import { reach, words, type Session } from "./session";
import { NotReady, untilReady } from "./waiting";

/** Creates an object and waits until it is ready. One that does not get ready is kept in the state, as unfinished. */
export async function createResource(session: Session, request: CreateRequest): Promise<CreateResponse> {
  const { urn, inputs: given, preview, timeout } = request;
  const inputs = plainMap(given);
  const patch = isPatch(parseUrn(urn).type, inputs);
  const { patchForce, upsert } = session.settings;
  const fieldManager = fieldManagerName(inputs, undefined);
  const creation = { inputs, fieldManager, preview, apply: patch || upsert, patchForce };
  if (preview) {
    // A Patch is not tried out in a preview: a conflict and a missing target only show at `up`.
    const tried = !hasUnknown(inputs) && !patch && (await serves(session.cluster, gvkOf(inputs)));
    return { id: "", state: tried ? await previewed(session, urn, creation, given) : given };
  }
  const context = reach(session, urn);
  const created = await createObject(context, creation).catch((error: unknown) => {
    throw notCreated(urn, error);
  });
  const stateOf = (live: KubeObject) => checkpoint(inputs, live, given, fieldManager);
  try {
    const live = await untilReady(context, inputs, created, timeout);
    if (isCrd(inputs) && session.cluster.kind === "reachable") await session.cluster.discovery.refresh();
    return { id: idOf(live), state: stateOf(live) };
  } catch (error) {
    const [live, reasons] = error instanceof NotReady ? [error.object, error.reasons] : [created, []];
    const said = `resource ${JSON.stringify(urn)} was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: ${words(error)}`;
    throw new InitFailed(said, idOf(live), reasons, stateOf(live));
  }
}

/** What the server would make of it; the inputs where it cannot say that yet. */
async function previewed(
  session: Session,
  urn: string,
  creation: Parameters<typeof createObject>[1],
  given: PropertyMap,
): Promise<PropertyMap> {
  try {
    const live = await createObject(reach(session, urn), creation);
    return checkpoint(creation.inputs, without(live, "status"), given, creation.fieldManager);
  } catch (error) {
    if (isUntold(error)) return given;
    throw notCreated(urn, error);
  }
}

/** Errors of a dry run that a preview keeps to itself. */
function isUntold(error: unknown): boolean {
  if (error instanceof NamespaceMissing || isApiError(error, "Forbidden") || isApiError(error, "AlreadyExists"))
    return true;
  return error instanceof ApiError && error.message.includes("does not support dry run");
}

function notCreated(urn: string, cause: unknown): Error {
  const said =
    cause instanceof NoMatchError
      ? `creation of resource ${JSON.stringify(urn)} failed because the apiVersion of this resource does not exist. ` +
        "Verify that any required CRDs have been created"
      : `resource ${JSON.stringify(urn)} was not successfully created by the Kubernetes API server`;
  return new Error(`${said}: ${words(cause)}`, { cause });
}
