import assert from "node:assert/strict";
import { z } from "zod";
import { keysAt } from "../../../../components/mesh/model/schemaKeys";

describe("model: the keys that a schema knows", () => {
  const leaf = z.strictObject({ a: z.string(), b: z.string() });
  const schema = z.strictObject({
    plain: leaf,
    wrapped: leaf.partial().prefault({}).optional(),
    named: z.record(z.string(), leaf.nullable()),
    listed: z.array(leaf.readonly()),
    either: z.union([z.literal(false), leaf, z.strictObject({ c: z.string() })]),
    changed: leaf.transform(({ a }) => a).default("x"),
    text: z.string(),
  });

  for (const [path, keys] of [
    [[], Object.keys(schema.shape)],
    [["plain"], ["a", "b"]],
    [["wrapped"], ["a", "b"]],
    [
      ["named", "x"],
      ["a", "b"],
    ],
    [
      ["listed", 3],
      ["a", "b"],
    ],
    [["either"], ["a", "b", "c"]],
    [["changed"], ["a", "b"]],
    [["named"], []],
    [["text"], []],
    [["toString"], []],
    [["plain", "z", "z"], []],
  ] as const) {
    it(`are found at ${JSON.stringify(path)}`, () => {
      assert.deepEqual(keysAt(schema, path), keys);
    });
  }
});
