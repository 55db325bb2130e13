import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const ROOT = join(__dirname, "..", "..", "..");
const described = z.object({
  engines: z.object({ node: z.string().optional() }).optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
});
const read = (...path: readonly string[]) =>
  described.parse(JSON.parse(readFileSync(join(ROOT, ...path, "package.json"), "utf8")));

/** The oldest Node of a range such as `>=20.19`; any where there is none. */
const oldest = ({ engines }: z.infer<typeof described>): number => Number(/\d+/.exec(engines?.node ?? "0")?.[0]);

describe("what the program depends on", () => {
  it("is for every Node that the program is for: of Pulumi's SDK, what comes after 3.248.0 is not", () => {
    const own = read();
    const newer = Object.keys(own.dependencies).filter((name) => oldest(read("node_modules", name)) > oldest(own));
    assert.ok(oldest(own) >= 20);
    assert.deepEqual(newer, []);
  });
});
