import { randomBytes } from "node:crypto";

/** The parts of `urn:pulumi:<stack>::<project>::<parent types$type>::<name>` that a plugin needs. */
export interface Urn {
  readonly urn: string;
  /** The type token, such as `kubernetes:core/v1:ConfigMapPatch`. */
  readonly type: string;
  readonly name: string;
}

export function parseUrn(urn: string): Urn {
  const [, , types, ...name] = urn.split("::");
  const type = types?.split("$").at(-1);
  if (type === undefined || name.length === 0) throw new Error(`not a Pulumi URN: ${JSON.stringify(urn)}`);
  return { urn, type, name: name.join("::") };
}

/** Eight hex digits, others each time. */
export const hex8 = (): string => randomBytes(4).toString("hex");
