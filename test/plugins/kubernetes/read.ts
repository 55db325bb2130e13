import { InitFailed } from "../shared/errors";
import type { ReadRequest, ReadResponse } from "../shared/provider";
import { parseUrn } from "../shared/urn";
import { plainMap } from "../shared/value";
import type { Api } from "./api";
import { checkpoint, fieldManagerOf, initialApiVersionOf, isEmpty, markSecrets, parseCheckpoint } from "./checkpoint";
import { ApiError } from "./client";
import { NoMatchError } from "./discovery";
import { apiVersion, gvkOfType } from "./kinds";
import { fieldManagerName } from "./naming";
import { normalize } from "./normalize";
import {
  apiVersionOf,
  idOf,
  kindOf,
  nameOf,
  namespaceOf,
  parseId,
  withAt,
  withName,
  without,
  withNamespace,
  type KubeObject,
} from "./object";
import { prune } from "./prune";
import { checkOnce, NotReady } from "./waiting";

const SERVER_SIDE = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"];

/** What identifies the object: the inputs, the last state, or — for `.get()` and imports — only the type and the id. */
function identity({ id, urn, inputs, state }: ReadRequest): {
  readonly object: KubeObject;
  readonly byIdOnly: boolean;
} {
  const given = normalize(plainMap(inputs));
  if (!isEmpty(given)) return { object: given, byIdOnly: false };
  const { live } = parseCheckpoint(state);
  const gvk = gvkOfType(parseUrn(urn).type);
  const typed = isEmpty(live)
    ? { ...given, apiVersion: apiVersion(gvk), kind: gvk.kind }
    : { ...given, apiVersion: apiVersionOf(live), kind: kindOf(live) };
  const { namespace, name } = parseId(id);
  const named = nameOf(typed) === "" ? withName(typed, name) : typed;
  return { object: namespaceOf(named) === "" ? withNamespace(named, namespace) : named, byIdOnly: isEmpty(live) };
}

/** Everything of a live object that a program could have said. */
function asInputs(live: KubeObject): KubeObject {
  return [
    ...SERVER_SIDE.map((key) => [key]),
    ["annotations", "kubectl.kubernetes.io/last-applied-configuration"],
  ].reduce<KubeObject>((result, path) => withAt(result, ["metadata", ...path], undefined), without(live, "status"));
}

/**
 * The object as it is on the cluster now. Its inputs become the live values of what the old inputs named, so that a drift shows
 * in the next diff; that holds for a Patch too. An object that is gone gives an empty id.
 */
export async function readObject(api: Api, request: ReadRequest): Promise<ReadResponse> {
  const { object, byIdOnly } = identity(request);
  let live: KubeObject;
  try {
    live = await api.get(object, parseId(request.id).name);
  } catch (error) {
    if (error instanceof NoMatchError || (error instanceof ApiError && error.code === 404))
      return { id: "", inputs: {}, state: {} };
    throw error;
  }
  const fieldManager = fieldManagerName(object, fieldManagerOf(request.state));
  const initial = initialApiVersionOf(request.state) ?? apiVersionOf(object);
  const inputs = byIdOnly ? asInputs(live) : prune(live, object);
  const id = request.id || idOf(live);
  const state = checkpoint(inputs, live, request.inputs, fieldManager, initial);
  const marked = markSecrets(inputs, request.inputs);
  try {
    if (!byIdOnly) await checkOnce({ api }, object, live);
  } catch (error) {
    if (!(error instanceof NotReady)) throw error;
    throw new InitFailed(error.message, id, error.reasons, state, marked);
  }
  return { id, inputs: marked, state };
}
