import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findStacks } from "../../../ci/stacks";
import { testFolder } from "../../support/testFolder";

describe("findStacks", () => {
  const folder = testFolder();
  const withFiles = async (...files: readonly string[]) => {
    await mkdir(join(folder(), "stacks"));
    await Promise.all(files.map((file) => writeFile(join(folder(), "stacks", file), "config: {}\n")));
    return folder();
  };

  it("finds every stack that has a file, by name, and nothing else", async () => {
    const root = await withFiles("Pulumi.west.yaml", "Pulumi.east-1.yaml", "index.ts", "Pulumi.yaml", "Pulumi.x.yml");
    assert.deepEqual(await findStacks(root), ["east-1", "west"]);
  });

  it("refuses a name that no stack can have", async () => {
    const root = await withFiles("Pulumi.a b; rm.yaml", "Pulumi.ok.yaml");
    await assert.rejects(findStacks(root), /"stacks\/Pulumi.a b; rm.yaml": no stack can have this name/);
  });
});
