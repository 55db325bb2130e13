import { createHash, randomBytes } from "node:crypto";

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

/** Eight hex digits: the engine's seed gives the same ones again, as a repeated step must. */
export function hex8(seed: Uint8Array | undefined): string {
  const bytes = seed === undefined || seed.length === 0 ? randomBytes(4) : createHash("sha256").update(seed).digest();
  return bytes.subarray(0, 4).toString("hex");
}
