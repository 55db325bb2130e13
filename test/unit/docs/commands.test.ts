import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandsOf, NOT_RUN, PAGES, RUN_BY } from "../../support/docs/commands";

const ROOT = join(__dirname, "..", "..", "..");
const BLOCKS = PAGES.flatMap(commandsOf);

describe("the commands of the documentation", () => {
  it("are run by a test, block by block, or it is said why not", () => {
    const known = [...RUN_BY.keys(), ...NOT_RUN.keys()].sort();
    assert.deepEqual(BLOCKS.map(({ page, number }) => `${page} ${String(number)}`).sort(), known);
  });

  it("name tests that are there, and run these blocks", () => {
    for (const [block, by] of RUN_BY) {
      if (!by.endsWith(".ts")) continue;
      const [page = "", number = ""] = block.split(" ");
      const text = readFileSync(join(ROOT, by), "utf8");
      const pasted = new RegExp(`paste\\("${page}", (${number}|[a-z]+)\\b`);
      assert.match(text, pasted, `${by} does not run block ${number} of ${page}`);
    }
  });

  it("name scripts and files that are there", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { readonly scripts: object };
    for (const { page, text } of BLOCKS) {
      for (const [, script = ""] of text.matchAll(/\bnpm run ([\w:]+)/g)) {
        assert.ok(script in scripts, `${page}: npm run ${script}`);
      }
      for (const [file] of text.matchAll(/\b(?:docs|examples|stacks|test)\/[\w./-]+/g)) {
        const isThere = existsSync(join(ROOT, file)) || file === "stacks/Pulumi.mymesh.yaml" || file.endsWith(".");
        assert.ok(isThere, `${page}: ${file}`);
      }
    }
  });
});
