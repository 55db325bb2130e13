/** A property whose value is encrypted in the state and hidden on the screen. */
export interface Secret {
  readonly kind: "secret";
  readonly value: Value;
}

/** A property that only exists after `up`; previews pass it around. */
export interface Unknown {
  readonly kind: "unknown";
}

class SecretBox implements Secret {
  readonly kind = "secret";
  constructor(readonly value: Value) {}
}

/** The one unknown. */
export const UNKNOWN: Unknown = Object.freeze({ kind: "unknown" });

/** What Pulumi sends over the wire, with its two markers as classes of their own. */
export type Value = null | boolean | number | string | readonly Value[] | PropertyMap | Secret | Unknown;

/** Properties of a resource. */
export interface PropertyMap {
  readonly [key: string]: Value;
}

/** Plain JSON that may hold unknowns: a {@link Value} without its secret markers. */
export type Plain = null | boolean | number | string | Plain[] | PlainMap | Unknown;

/** A JSON object that may hold unknowns. */
export interface PlainMap {
  [key: string]: Plain;
}

export function isSecret(value: Value | undefined): value is Secret {
  return value instanceof SecretBox;
}

export function isUnknown(value: Value | undefined): value is Unknown {
  return value === UNKNOWN;
}

/** Wraps a value once, however often it is asked to. */
export function secret(value: Value): Secret {
  return isSecret(value) ? value : new SecretBox(value);
}

export function isMap(value: Value | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isSecret(value) && !isUnknown(value);
}

export function isPlainMap(value: Plain | undefined): value is PlainMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isUnknown(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** A deep copy without secret markers. */
export function plain(value: Value): Plain {
  if (isSecret(value)) return plain(value.value);
  if (isList(value)) return value.map(plain);
  if (isMap(value)) return plainMap(value);
  return value;
}

/** A deep copy of properties without secret markers. */
export function plainMap(map: PropertyMap): PlainMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, plain(value)]));
}

export function hasUnknown(value: Value): boolean {
  if (isUnknown(value)) return true;
  if (isSecret(value)) return hasUnknown(value.value);
  if (isList(value)) return value.some(hasUnknown);
  return isMap(value) && Object.values(value).some(hasUnknown);
}

export function hasSecret(value: Value): boolean {
  if (isSecret(value)) return true;
  if (isList(value)) return value.some(hasSecret);
  return isMap(value) && Object.values(value).some(hasSecret);
}

/** Deep equality. A secret equals only a secret of the same content, an unknown equals nothing. */
export function equal(left: Value | undefined, right: Value | undefined): boolean {
  if (isUnknown(left) || isUnknown(right)) return false;
  if (isSecret(left)) return isSecret(right) && equal(left.value, right.value);
  if (isList(left)) {
    return isList(right) && left.length === right.length && left.every((item, i) => equal(item, right[i]));
  }
  if (isMap(left)) {
    if (!isMap(right)) return false;
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => equal(left[key], right[key]));
  }
  return left === right;
}

/** The string under a key; undefined for anything else, unknowns included. */
export function stringAt(map: PropertyMap, key: string): string | undefined {
  const value = map[key];
  const open = isSecret(value) ? value.value : value;
  return typeof open === "string" ? open : undefined;
}
