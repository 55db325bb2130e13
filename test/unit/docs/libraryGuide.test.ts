import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");
const GUIDE = readFileSync(join(ROOT, "docs", "guides", "library.md"), "utf8");
const EXAMPLES = readFileSync(join(ROOT, "test", "fixtures", "guides", "library.ts"), "utf8");

/** The lines of code, whatever they are indented by, and whether they are exported. */
const linesOf = (code: string): readonly string[] =>
  code
    .split("\n")
    .map((line) => line.trim().replace(/^export (?=const)/, ""))
    .filter((line) => line !== "" && !/^(import|export) /.test(line));

describe("the examples of the guide to the library", () => {
  const blocks = [...GUIDE.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => linesOf(code));

  it("are those that the compiler has read", () => {
    assert.equal(blocks.length, 6);
    const known = linesOf(EXAMPLES).join("\n");
    for (const block of blocks) assert.ok(known.includes(block.join("\n")), block.join("\n"));
  });
});
