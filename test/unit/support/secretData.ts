import assert from "node:assert/strict";
import type { Registered } from "./pulumiMocks";

/** The files of a registered Secret, decoded. */
export function files(secret: Registered): Readonly<Record<string, string>> {
  const { data } = secret.inputs;
  assert.ok(typeof data === "object" && data !== null, `${secret.name} has data`);
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      assert.ok(typeof value === "string", key);
      const text = Buffer.from(value, "base64").toString();
      assert.equal(Buffer.from(text).toString("base64"), value, `${key} is base64`);
      return [key, text];
    }),
  );
}

/** The metadata of a registered object; nothing for what is no object of a cluster. */
export function metadata({ inputs }: Registered): {
  readonly name?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
} {
  return inputs["metadata"] ?? {};
}
