import { InitFailed } from "../shared/errors";
import type { UpdateRequest } from "../shared/provider";
import { parseUrn } from "../shared/urn";
import { hasUnknown, plainMap, type PropertyMap } from "../shared/value";
import { checkpoint, fieldManagerOf, initialApiVersionOf, parseCheckpoint } from "./checkpoint";
import { isApiError } from "./client";
import { serves } from "./cluster";
import { NoMatchError } from "./discovery";
import { isPatch } from "./kinds";
import { fieldManagerName } from "./naming";
import { normalize } from "./normalize";
import { gvkOf, idOf, type KubeObject } from "./object";
import { reach, words, type Session } from "./session";
import { relinquish, updateObject } from "./update";
import { NotReady, untilReady } from "./waiting";

/**
 * Changes an object in place and waits until it is ready again. Whatever goes wrong while the object exists, a conflict included,
 * leaves the **new** inputs in the state, as unfinished: the next run tries again.
 */
export async function updateResource(session: Session, request: UpdateRequest): Promise<PropertyMap> {
  const { urn, olds, news: given, preview, timeout } = request;
  const inputs = normalize(plainMap(given));
  if (preview && (hasUnknown(inputs) || !(await serves(session.cluster, gvkOf(inputs))))) return given;
  const context = reach(session, urn);
  const { inputs: oldInputs, live: old } = parseCheckpoint(olds);
  const before = fieldManagerName(oldInputs, fieldManagerOf(olds));
  const fieldManager = fieldManagerName(inputs, fieldManagerOf(olds));
  const patch = isPatch(parseUrn(urn).type, inputs);
  const stateOf = (live: KubeObject) => checkpoint(inputs, live, given, fieldManager, initialApiVersionOf(olds));
  const { patchForce } = session.settings;
  try {
    const changed = await updateObject(context.api, { ...request, inputs, old, patch, fieldManager, patchForce });
    if (preview) return stateOf(changed);
    const live = await untilReady(context, inputs, changed, timeout);
    if (before !== fieldManager) await relinquish(context.api, live, before);
    return stateOf(live);
  } catch (error) {
    if (preview && isApiError(error, "Forbidden")) return given;
    const live = error instanceof NoMatchError ? undefined : await context.api.find(old);
    if (live === undefined) {
      throw new Error(`update of resource ${JSON.stringify(urn)} failed: ${words(error)}`, { cause: error });
    }
    const id = idOf(live);
    const said = `the Kubernetes API server reported that ${JSON.stringify(id)} failed to fully initialize or become live: ${words(error)}`;
    throw new InitFailed(said, id, error instanceof NotReady ? error.reasons : [], stateOf(live));
  }
}
