import { InitFailed } from "../shared/errors";
import type { DeleteRequest } from "../shared/provider";
import { parseUrn } from "../shared/urn";
import { checkpoint, fieldManagerOf, parseCheckpoint } from "./checkpoint";
import { ApiError, isApiError } from "./client";
import { NoMatchError } from "./discovery";
import { isPatch } from "./kinds";
import { fieldManagerName } from "./naming";
import { annotation, parseId, textAt, type KubeObject } from "./object";
import { LET_GO, reach, warnUnreachable, type Session } from "./session";
import { relinquish } from "./update";
import { NotReady, untilGone, type WaitContext } from "./waiting";

/** Deletes an object and waits until it is gone; a Patch only gives its fields up. */
export async function deleteResource(session: Session, request: DeleteRequest): Promise<void> {
  const { urn, state } = request;
  if (session.cluster.kind === "unreachable") {
    warnUnreachable(session, urn);
    if (session.settings.deleteUnreachable) return;
    throw new Error(`configured Kubernetes cluster is unreachable. ${LET_GO}`);
  }
  const context = reach(session, urn);
  const { inputs, live } = parseCheckpoint(state);
  const fieldManager = fieldManagerName(inputs, fieldManagerOf(state));
  try {
    if (isPatch(parseUrn(urn).type, inputs)) await giveUp(context, live, fieldManager);
    else await remove(context, inputs, live, request);
  } catch (error) {
    if (error instanceof NoMatchError) return;
    if (!(error instanceof NotReady)) throw error;
    for (const reason of error.reasons) session.host.log("warning", urn, reason);
    throw new InitFailed(
      error.message,
      request.id,
      error.reasons,
      checkpoint(inputs, error.object, state, fieldManager),
    );
  }
}

async function remove(
  context: WaitContext,
  inputs: KubeObject,
  live: KubeObject,
  { id, timeout }: DeleteRequest,
): Promise<void> {
  const { name } = parseId(id);
  try {
    const answer = await context.api.delete(live, name, propagation(inputs));
    // The server answers with the object, or with a status that tells its uid.
    const uid = textAt(answer, "metadata", "uid") || textAt(answer, "details", "uid");
    await untilGone(context, inputs, { live, name, uid }, timeout);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}

async function giveUp({ api }: WaitContext, live: KubeObject, fieldManager: string): Promise<void> {
  try {
    await relinquish(api, live, fieldManager);
  } catch (error) {
    if (isApiError(error, "Invalid") && error.message.includes("Required value")) throw requiredField(error);
    throw error;
  }
}

function propagation(inputs: KubeObject): string {
  const policy = annotation(inputs, "pulumi.com/deletionPropagationPolicy").toLowerCase();
  return policy === "orphan" ? "Orphan" : policy === "background" ? "Background" : "Foreground";
}

function requiredField(error: ApiError): Error {
  const field = error.causeOf("FieldValueRequired")?.["field"];
  return new Error(
    "this Patch resource is currently managing a required field, so it can't be deleted directly. Either set the " +
      "`retainOnDelete` resource option, or transfer ownership of the field before deleting: " +
      (typeof field === "string" ? field : error.message),
    { cause: error },
  );
}
