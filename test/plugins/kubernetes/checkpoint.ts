import { hasSecret, isMap, plainMap, secret, type PlainMap, type PropertyMap, type Value } from "../shared/value";
import { apiVersionOf, kindOf, without, type KubeObject } from "./object";

const INPUTS = "__inputs";
const FIELD_MANAGER = "__fieldManager";
const INITIAL_API_VERSION = "__initialApiVersion";

/** The state of a resource: the object as it was last seen, and besides it what it was made of. */
export interface Checkpoint {
  readonly inputs: KubeObject;
  readonly live: KubeObject;
}

/**
 * Marks what is secret: all data of a Secret, whoever wrote it, and elsewhere what was secret in the given properties.
 * A list with one secret in it becomes secret as a whole; a map does not.
 */
export function markSecrets(out: PropertyMap, given: PropertyMap): PropertyMap {
  if (out["kind"] === "Secret") {
    const keys = ["data", "stringData"];
    return Object.fromEntries(
      Object.entries(out).map(([key, value]) => [key, keys.includes(key) ? secret(value) : value]),
    );
  }
  return Object.fromEntries(
    Object.entries(out).map(([key, value]): [string, Value] => {
      const source = given[key];
      if (source === undefined) return [key, value];
      if (isMap(value) && isMap(source)) return [key, markSecrets(value, source)];
      return [key, hasSecret(source) ? secret(value) : value];
    }),
  );
}

/** What is kept in the state of a resource. */
export function checkpoint(
  inputs: KubeObject,
  live: KubeObject,
  given: PropertyMap,
  fieldManager: string,
  initialApiVersion = apiVersionOf(inputs),
): PropertyMap {
  return {
    ...markSecrets(live, given),
    [INPUTS]: markSecrets(inputs, given),
    [FIELD_MANAGER]: fieldManager,
    [INITIAL_API_VERSION]: initialApiVersion,
  };
}

/** Inputs and live object out of a state, without secret markers. */
export function parseCheckpoint(state: PropertyMap): Checkpoint {
  const { [INPUTS]: inputs, ...live } = plainMap(state);
  return { inputs: isMap(inputs) ? inputs : {}, live: withoutBookkeeping(live) };
}

function withoutBookkeeping(live: PlainMap): KubeObject {
  return without(live, FIELD_MANAGER, INITIAL_API_VERSION);
}

export function fieldManagerOf(state: PropertyMap): string | undefined {
  const value = state[FIELD_MANAGER];
  return typeof value === "string" ? value : undefined;
}

export function initialApiVersionOf(state: PropertyMap): string | undefined {
  const value = state[INITIAL_API_VERSION];
  return typeof value === "string" ? value : undefined;
}

/** Whether a state holds an object at all; one that is only read by its id does not. */
export const isEmpty = (object: KubeObject) => kindOf(object) === "" && apiVersionOf(object) === "";
